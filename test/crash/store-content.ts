import { copyFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

import { sha256Hex } from "../../src/core/hash.ts";
import { temporaryFolder } from "../support/folder.ts";

/** What a database holds, judged without Salvor: null when the engine finds it broken. */
export async function storeContent(path: string): Promise<string | null> {
  await using folder = await temporaryFolder();
  const copy = folder.join("copy.sqlite");
  // The engine mends what a killed writer left; it does so on a copy.
  for (const ending of ["", "-wal", "-journal"])
    if (existsSync(path + ending)) await copyFile(path + ending, copy + ending);
  try {
    return read(copy);
  } catch {
    return null;
  }
}

function read(path: string): string | null {
  const database = new DatabaseSync(path);
  try {
    const check = database.prepare("PRAGMA integrity_check").get();
    if (check?.["integrity_check"] !== "ok") return null;
    const names = database
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
      .all()
      .map(({ name }) => String(name));
    const rows = names.map((name) => {
      const all = database.prepare(`SELECT * FROM "${name}" ORDER BY 1`);
      all.setReadBigInts(true);
      const shown = all.all().map((row) => JSON.stringify(row, showBigInt));
      return `${name}\n${shown.join("\n")}`;
    });
    return sha256Hex(Buffer.from(rows.join("\n")));
  } finally {
    database.close();
  }
}

function showBigInt(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? `${value}n` : value;
}
