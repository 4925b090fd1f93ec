import { copyFileSync, existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

import { memoryFolder } from "../support/folder.ts";
import { readContent, type Content } from "./content.ts";

/** Tables of which a trial removes rows, or all. */
const TABLES = ["note", "sale", "stock"];

/** What a database holds once the rows and tables are back that it lacks against a kept copy. */
export async function expectedBack(path: string, kept: string): Promise<Content> {
  await using folder = await memoryFolder();
  const copy = folder.join("merged.sqlite");
  for (const ending of ["", "-wal"]) {
    if (existsSync(path + ending)) copyFileSync(path + ending, copy + ending);
  }
  const database = new DatabaseSync(copy);
  database.exec(`PRAGMA foreign_keys = OFF; ATTACH '${kept}' AS kept`);
  for (const table of TABLES) putBack(database, table);
  database.close();
  return readContent(copy);
}

function putBack(database: DatabaseSync, table: string): void {
  const isThere = database.prepare("SELECT 1 FROM main.sqlite_schema WHERE name = ?").get(table);
  if (isThere === undefined) {
    const lost = database.prepare(
      "SELECT sql FROM kept.sqlite_schema WHERE tbl_name = ? AND sql <> ''",
    );
    for (const { sql } of lost.all(table)) database.exec(String(sql));
  }
  const { count } = database.prepare(`SELECT count(*) AS count FROM main."${table}"`).get() ?? {};
  // Rows without a key that are there already would be there twice.
  if (table === "note" && count !== 0) return;
  database.exec(`INSERT OR IGNORE INTO main."${table}" SELECT * FROM kept."${table}"`);
}
