import { createHash } from "node:crypto";
import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";

import { diskError } from "../../../core/disk.ts";
import type { Splice } from "./mend-records.ts";
import type { RangeFile } from "./read-range.ts";

/** A file that was written. */
export interface Draft {
  readonly size: number;
  /** 64 hex digits. */
  readonly sha256: string;
}

/** Writes what a file becomes below a folder, under its path as it is shown. */
export async function writeDraft(
  folder: string,
  path: string,
  portions: AsyncIterable<Uint8Array>,
): Promise<Draft> {
  const hash = createHash("sha256");
  let size = 0;
  const place = join(folder, path);
  try {
    mkdirSync(dirname(place), { recursive: true, mode: 0o700 });
    const file = openSync(place, "w", 0o600);
    try {
      for await (const bytes of portions) {
        hash.update(bytes);
        for (let done = 0; done < bytes.length;)
          done += writeSync(file, bytes, done, bytes.length - done);
        size += bytes.length;
      }
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw diskError(place, error);
  }
  return { size, sha256: hash.digest("hex") };
}

/** A file with some of its bytes replaced, in portions. */
export async function* withSplices(
  file: RangeFile,
  splices: readonly Splice[],
): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (const { from, to, bytes } of splices) {
    yield* file.portions(at, from);
    yield bytes;
    at = to;
  }
  yield* file.portions(at);
}
