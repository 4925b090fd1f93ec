import { DatabaseSync, type SQLInputValue } from "node:sqlite";

import { fileTrouble } from "../../core/file-trouble.ts";
import type { HostTask } from "../host/messages.ts";
import { parseEntry, type TreeEntry } from "./entry.ts";
import { bytesOf, pathJson, type RawPath } from "./raw-path.ts";
import { FILES, linesOf, showTime } from "./rows.ts";

/** The entries of an image, and where they go as a table. */
export interface TableInput {
  readonly entries: string;
  /** A database that does not exist yet. */
  readonly target: string;
}

/** Lays the entries of a tree out as the table that rules are asked of. */
export const task: HostTask<TableInput, null> = async ({ entries, target }) => {
  try {
    using database = new DatabaseSync(target);
    // Nobody misses it after a crash.
    database.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN");
    database.exec(`CREATE TABLE ${FILES.name} (
      path PRIMARY KEY, kind TEXT NOT NULL, size INTEGER, mode INTEGER, uid INTEGER, gid INTEGER,
      mtime TEXT, sha256 TEXT, link, hardlink) WITHOUT ROWID`);
    const places = FILES.columns.map(() => "?").join(", ");
    const insert = database.prepare(`INSERT INTO ${FILES.name} VALUES (${places})`);
    for (const line of linesOf(entries)) {
      const entry = parseEntry(line);
      if (entry !== null) insert.run(...valuesOf(entry));
    }
    database.exec("COMMIT");
    return null;
  } catch (error) {
    throw fileTrouble(target, error) ?? error;
  }
};

/** As a receipt has them, but for what it does not compare: owners, and the times of folders. */
function valuesOf(entry: TreeEntry): SQLInputValue[] {
  const { path, kind, size, mode, uid, gid, mtimeNs, sha256, link, hardlink } = entry;
  return [
    pathValue(path),
    kind,
    size,
    kind === "link" ? null : mode,
    uid,
    gid,
    showTime(mtimeNs),
    sha256 === null ? null : `sha256:${sha256}`,
    link === null ? null : pathValue(link),
    hardlink === null ? null : pathValue(hardlink),
  ];
}

/** What is not UTF-8 is no text. */
function pathValue(path: RawPath): SQLInputValue {
  const json = pathJson(path);
  return typeof json === "string" ? json : bytesOf(path);
}
