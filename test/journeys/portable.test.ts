import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { basename, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";

import { openSalvor } from "../../src/app/open-salvor.ts";
import type { Salvor } from "../../src/app/types.ts";
import { memoryFolder } from "../support/folder.ts";
import { runProcess } from "../support/processes.ts";
import { PROJECT } from "../support/salvor.ts";
import { requireTool } from "../support/tools.ts";
import { buildZoo } from "../zoo/zoo.ts";

// Goal: what an engine may do to a file without changing its content never makes a proof unequal.
// Method: do each of these things to a copy, and compare it with the original.

const CHINOOK = join(PROJECT, "test", "data", "chinook.sqlite");

/** What leaves every value as it is stored. */
const REWRITES = {
  "a vacuum": "VACUUM",
  "another page size": "PRAGMA journal_mode = DELETE; PRAGMA page_size = 16384; VACUUM",
  "a write-ahead log": "PRAGMA journal_mode = WAL",
  "a rollback journal": "PRAGMA journal_mode = DELETE",
  "incremental vacuum": "PRAGMA auto_vacuum = INCREMENTAL; VACUUM; PRAGMA incremental_vacuum",
  "statistics and a new index order": "ANALYZE; REINDEX",
} as const;

/** Those of the zoo whose rows the engine might touch when it rewrites the file. */
const SOME = [
  "utf-16le",
  "values",
  "rowids",
  "short-records",
  "without-rowid",
  "generated",
  "keys",
];

/** A shop whose columns have every logical type that a declared one tells. */
const TYPED = `
  CREATE TABLE account (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, "größe" REAL, active BOOLEAN,
    since DATE, seen DATETIME, balance DECIMAL(10, 2), settings JSON, photo BLOB);
  CREATE TABLE entry (account INTEGER NOT NULL REFERENCES account, at TIMESTAMP NOT NULL, what VARCHAR(20), PRIMARY KEY (account, at)) WITHOUT ROWID;
  CREATE TABLE heap (a, b);
  CREATE INDEX entry_by_what ON entry (what);
  CREATE VIEW rich AS SELECT name FROM account WHERE balance > 100;
  INSERT INTO account VALUES (1, 'Müller 表 𝄞', 1.5, 1, '2026-01-31', '2026-01-31 12:00:00', 10.25, '{"b": 1, "a": [2, null]}', x'00ff41'),
    (2, '', -0.1, 0, NULL, NULL, NULL, NULL, NULL), (9007199254740993, 'big', 1e300, NULL, '1999-12-31', '1999-12-31T23:59:59Z', 0, 'null', x'');
  INSERT INTO entry VALUES (1, '2026-01-31 12:00:00', 'in'), (1, '2026-02-01 00:00:00', NULL), (2, '2026-01-31 12:00:00', 'ä');
  INSERT INTO heap VALUES (1, 'x'), (1, 'x'), (NULL, 2.5), ('1', x'01');`;

test("a rewritten database holds the same, exactly and portably", async () => {
  await using folder = await memoryFolder();
  await using salvor = await openSalvor({ need: "ignored", cwd: folder.path });
  const zoo = (await buildZoo(folder.path)).filter(({ name }) => SOME.includes(name));
  assert.equal(zoo.length, SOME.length);
  const originals = [...zoo, { name: "chinook", path: CHINOOK }];
  for (const { name, path } of originals) {
    const expected = await digestsOf(salvor, path);
    for (const [what, sql] of Object.entries(REWRITES)) {
      const copy = folder.join("rewritten.sqlite");
      copyFileSync(path, copy);
      make(copy, sql);
      assert.deepEqual(await digestsOf(salvor, copy), expected, `${name} after ${what}`);
    }
  }
});

test(
  "a dump that was read back holds the same, exactly and portably",
  requireTool("sqlite3"),
  async () => {
    await using folder = await memoryFolder();
    await using salvor = await openSalvor({ need: "ignored", cwd: folder.path });
    const typed = make(folder.join("typed.sqlite"), TYPED);
    for (const path of [CHINOOK, typed]) {
      const reloaded = folder.join(`reloaded-${basename(path)}`);
      await reload(path, reloaded);
      assert.deepEqual(await digestsOf(salvor, reloaded), await digestsOf(salvor, path), path);
    }
  },
);

for (const encoding of ["UTF-16le", "UTF-16be"]) {
  const title = `a database in ${encoding} and its dump in UTF-8 are equal portably, and only so`;
  test(title, requireTool("sqlite3"), async () => {
    await using folder = await memoryFolder();
    await using salvor = await openSalvor({ need: "ignored", cwd: folder.path });
    const wide = make(folder.join("wide.sqlite"), `PRAGMA encoding = '${encoding}'; ${TYPED}`);
    const narrow = folder.join("narrow.sqlite");
    await reload(wide, narrow);
    const portable = await salvor.compare({ a: wide, b: narrow, portable: true });
    assert.ok(portable.equal, JSON.stringify(portable));
    assert.equal(portable.level, "none", "only raw bytes prove level complete");
    assert.equal((await salvor.compare({ a: wide, b: narrow })).equal, false);
    make(narrow, "UPDATE account SET balance = 10.24 WHERE id = 1");
    const changed = await salvor.compare({ a: wide, b: narrow, portable: true });
    assert.equal(changed.equal, false, "one cent less is a difference in any encoding");
  });
}

/** Both digests of a database, from its own bytes. */
async function digestsOf(salvor: Salvor, path: string): Promise<unknown> {
  const { digest, portable } = await salvor.receipt({ subject: path, portable: true });
  return { exact: digest, portable: portable?.digest };
}

function make(path: string, sql: string): string {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
  return path;
}

/** Through the text of the engine's own shell, as many move a database. */
async function reload(from: string, to: string): Promise<void> {
  const dump = await runProcess("sqlite3", [from, ".dump"]);
  assert.equal(dump.status, 0, dump.stderr);
  const result = await runProcess("sqlite3", ["-bail", to], { stdin: dump.stdout });
  assert.equal(result.status, 0, result.stderr);
}
