import { openSync, readSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

// The quickest single-threaded program for the rows of bench/rebuild.ts: JSON.parse, a map, and an
// insert for each row that is left. It checks nothing, remembers nothing and cannot be interrupted.
//   node bench/floor.ts <log.jsonl> <database>

const BLOCK_BYTES = 4 * 1024 * 1024;

const [log = "", target = ""] = process.argv.slice(2);
rmSync(target, { force: true });

interface Change {
  readonly type: string;
  readonly data: { readonly path: string; readonly blob: string; readonly mode: string };
}

const rows = new Map<string, readonly [blob: string, mode: string]>();
const file = openSync(log, "r");
const block = Buffer.allocUnsafe(BLOCK_BYTES);
for (let kept = 0; ;) {
  const read = readSync(file, block, kept, BLOCK_BYTES - kept, null);
  if (read === 0) break;
  const end = block.lastIndexOf(10, kept + read - 1) + 1;
  apply(block.toString("utf8", 0, end));
  block.copy(block, 0, end, kept + read);
  kept = kept + read - end;
}
write();

function apply(text: string): void {
  for (let from = 0, to = text.indexOf("\n"); to >= 0; to = text.indexOf("\n", from)) {
    const { type, data } = JSON.parse(text.slice(from, to)) as Change;
    from = to + 1;
    if (type === "file.deleted") rows.delete(data.path);
    else rows.set(data.path, [data.blob, data.mode]);
  }
}

function write(): void {
  using database = new DatabaseSync(target);
  database.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
    CREATE TABLE files (path TEXT PRIMARY KEY, blob TEXT, mode TEXT) WITHOUT ROWID; BEGIN`);
  const insert = database.prepare("INSERT INTO files VALUES (?, ?, ?)");
  for (const [path, [blob, mode]] of rows) insert.run(path, blob, mode);
  database.exec("COMMIT");
}
