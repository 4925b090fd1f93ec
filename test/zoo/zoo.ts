import { closeSync, openSync, readSync, writeSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { SPECIMENS, type Specimen } from "./specimens.ts";

/** One database of the zoo: closed, settled, no -wal beside it. */
export interface ZooDatabase {
  readonly name: string;
  readonly path: string;
}

/** Makes a small real database for each feature that SQLite has and a reader can stumble over. */
export async function buildZoo(folder: string): Promise<readonly ZooDatabase[]> {
  return SPECIMENS.map((specimen) => {
    const path = join(folder, `${specimen.name}.sqlite`);
    build(path, specimen);
    return { name: specimen.name, path };
  });
}

function build(path: string, specimen: Specimen): void {
  const { pageSize, before, sql, fill } = specimen;
  if (sql === "") {
    writeFileSync(path, "");
    return;
  }
  const prelude = `PRAGMA page_size = ${pageSize ?? 4096}; ${before ?? ""}`;
  if (specimen.reservedBytes !== undefined || specimen.schemaFormat !== undefined)
    patchHeader(path, prelude, specimen);
  const database = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  try {
    database.exec(`PRAGMA synchronous = OFF; ${prelude}`);
    database.exec(sql);
    fill?.(database);
  } finally {
    database.close();
  }
}

/** No pragma sets reserved bytes or an old format, but the engine keeps what an empty database has. */
function patchHeader(path: string, prelude: string, specimen: Specimen): void {
  const database = new DatabaseSync(path);
  database.exec(`${prelude}; PRAGMA user_version = 1`);
  database.close();
  const { reservedBytes = 0, schemaFormat = 0 } = specimen;
  const file = openSync(path, "r+");
  const head = Buffer.alloc(108);
  readSync(file, head, 0, head.length, 0);
  const pageSize = head.readUInt16BE(16) === 1 ? 65_536 : head.readUInt16BE(16);
  head.writeUInt8(reservedBytes, 20);
  head.writeUInt32BE(schemaFormat, 44);
  head.writeUInt16BE((pageSize - reservedBytes) % 65_536, 105);
  writeSync(file, head, 0, head.length, 0);
  closeSync(file);
}
