import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, it } from "node:test";

import { SPECIMENS } from "../../../../test/zoo/specimens.ts";
import { buildZoo } from "../../../../test/zoo/zoo.ts";
import { WorkerPool } from "../../../core/pool.ts";
import { walkPages } from "./scan.ts";

// Goal: nothing is said of a database that is sound, whatever features and history it has.
// Method: every database of the zoo, and some with a past; the engine agrees that they are sound.

const folder = mkdtempSync(join(tmpdir(), "salvor-sound-"));
const chinook = new URL("../../../../test/data/chinook.sqlite", import.meta.url).pathname;
const { signal } = new AbortController();
let pool: WorkerPool;

before(async () => {
  pool = new WorkerPool(2);
  await buildZoo(folder);
});
after(async () => {
  await pool[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

/** Codes of what is said, and that every page was looked at and has its owner. */
async function codesOf(path: string): Promise<readonly string[]> {
  const { observations, pages, pageCount, pageMap } = await walkPages(path, pool, signal);
  assert.deepEqual(pages, pageCount === 0 ? {} : { sound: pageCount });
  assert.deepEqual(pageMap, []);
  return [...new Set(observations.map(({ code }) => code))];
}

const numbers = (upTo: number): string =>
  `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${upTo})`;

/** Rows that come, go and change, in an order by no key. */
const CHURN = `
  CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b); CREATE INDEX t_a ON t (a); CREATE INDEX t_b ON t (b) WHERE b > 9;
  ${numbers(4000)} INSERT INTO t SELECT i * 7919 % 4001, hex(randomblob(i % 40)), zeroblob(i % 900) FROM n;
  DELETE FROM t WHERE id % 3 = 0; UPDATE t SET a = a || a, b = zeroblob(id % 3000) WHERE id % 5 = 0;
  ALTER TABLE t ADD COLUMN late TEXT DEFAULT 'x'; UPDATE t SET late = id WHERE id % 11 = 0;
  CREATE TABLE w (k TEXT PRIMARY KEY, v) WITHOUT ROWID; ${numbers(2000)} INSERT INTO w SELECT hex(i * 7919 % 2003), i FROM n;
  ALTER TABLE w ADD COLUMN late; UPDATE w SET late = v WHERE v % 2; DELETE FROM w WHERE v % 5 = 1;`;

const PASTS: Readonly<Record<string, string>> = {
  "changed much": CHURN,
  "changed much, in small pages": `PRAGMA page_size = 512; ${CHURN}`,
  "changed much, and overwritten what was deleted": `PRAGMA secure_delete = ON; ${CHURN}`,
  "changed much, and vacuumed itself": `PRAGMA auto_vacuum = FULL; ${CHURN}`,
  "vacuumed itself in part": `PRAGMA page_size = 1024; PRAGMA auto_vacuum = INCREMENTAL; ${CHURN}
    DROP TABLE w; PRAGMA incremental_vacuum(7);`,
  "dropped a table": `${CHURN} DROP TABLE t;`,
  "in UTF-16": `PRAGMA encoding = 'UTF-16le'; ${CHURN}`,
  "with long texts and blobs side by side": `CREATE TABLE long (id INTEGER PRIMARY KEY, a TEXT, b BLOB, c TEXT);
    ${numbers(200)} INSERT INTO long SELECT i, printf('%.*c', i * 60, 'ä€𝄞'), randomblob(i * 50), printf('%.*c', i * 41, '€') FROM n;
    UPDATE long SET a = printf('%.*c', id * 30, '𝄞') WHERE id % 3 = 0; CREATE INDEX long_a ON long (a);`,
  "full-text, much changed": `CREATE VIRTUAL TABLE f USING fts5 (a, b);
    ${numbers(800)} INSERT INTO f SELECT 'word' || i % 97, hex(i * 77) FROM n;
    DELETE FROM f WHERE rowid % 3 = 0; INSERT INTO f (f) VALUES ('optimize');`,
};

describe("our page walker says nothing of what is sound", () => {
  for (const { name } of SPECIMENS) {
    // One of them holds text that is none: the engine lets applications store it.
    const expected = name === "values" ? ["sqlite.text.encoding"] : [];
    it(`in the zoo's ${name}`, async () =>
      assert.deepEqual(await codesOf(join(folder, `${name}.sqlite`)), expected));
  }

  it("in Chinook", async () => assert.deepEqual(await codesOf(chinook), []));

  for (const [name, sql] of Object.entries(PASTS)) {
    it(`in a database ${name}`, async () => {
      const path = join(folder, `${name}.sqlite`);
      const database = new DatabaseSync(path);
      database.exec(
        `BEGIN; ${sql.replaceAll("PRAGMA", "COMMIT; PRAGMA").replaceAll(/(PRAGMA [^;]+;)/g, "$1 BEGIN;")} COMMIT`,
      );
      const [answer] = database.prepare("PRAGMA integrity_check").all();
      database.close();
      assert.equal(answer?.["integrity_check"], "ok");
      assert.deepEqual(await codesOf(path), []);
    });
  }

  it("in a -wal that was never moved into its file", async () => {
    const path = join(folder, "live.sqlite");
    using database = new DatabaseSync(path);
    database.exec(
      `PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; BEGIN; ${CHURN} COMMIT`,
    );
    const { observations, pageCount } = await walkPages(path, pool, signal);
    assert.deepEqual(observations, []);
    const [counted] = database.prepare("PRAGMA page_count").all();
    assert.equal(pageCount, counted?.["page_count"]);
  });
});
