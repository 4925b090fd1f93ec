import { randomBytes } from "node:crypto";
import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from "node:fs";

/** Pages that were overwritten, from 1, and the size of a page in bytes. */
export interface Damage {
  readonly pages: readonly [from: number, to: number];
  readonly pageSize: number;
}

const PAGE_SIZE_AT = 16;

/** Overwrites pages in the middle of a database with random bytes, as a dying disk would. */
export function damage(path: string, pageCount: number): Damage {
  const file = openSync(path, "r+");
  try {
    const header = Buffer.alloc(100);
    readSync(file, header, 0, header.length, 0);
    const stored = header.readUInt16BE(PAGE_SIZE_AT);
    // The format says 1 where 65,536 does not fit.
    const pageSize = stored === 1 ? 65_536 : stored;
    const first = Math.floor(fstatSync(file).size / pageSize / 2);
    writeSync(file, randomBytes(pageCount * pageSize), 0, undefined, (first - 1) * pageSize);
    fsyncSync(file);
    return { pages: [first, first + pageCount - 1], pageSize };
  } finally {
    closeSync(file);
  }
}
