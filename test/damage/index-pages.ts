import { copyFileSync, existsSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

/** Numbers of the pages that indexes use, as the engine tells of a copy. */
export function indexPages(path: string): readonly number[] {
  const copy = `${path}.pages`;
  for (const ending of ["", "-wal"]) {
    if (existsSync(path + ending)) copyFileSync(path + ending, copy + ending);
  }
  const database = new DatabaseSync(copy);
  const sql = `SELECT pageno FROM dbstat JOIN sqlite_schema USING (name)
    WHERE type = 'index' ORDER BY pageno`;
  const pages = database.prepare(sql).all();
  database.close();
  for (const ending of ["", "-wal", "-shm"]) rmSync(copy + ending, { force: true });
  return pages.map(({ pageno }) => Number(pageno));
}
