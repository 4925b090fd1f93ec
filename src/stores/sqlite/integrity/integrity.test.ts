import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { after, describe, it } from "node:test";

import type { Inspection } from "../../types.ts";
import { flipBytes, sqliteBench } from "../../../../test/support/sqlite-bench.ts";

const bench = await sqliteBench();
after(() => bench[Symbol.asyncDispose]());

async function integrity(path: string): Promise<Inspection> {
  const [seen] = await bench.inspect(path, "integrity");
  assert.ok(seen);
  return seen;
}

/** Code, place and evidence of what was found. */
async function found(path: string): Promise<readonly (readonly unknown[])[]> {
  const { observations } = await integrity(path);
  return observations.map(({ code, location, evidence }) => [code, location, evidence]);
}

describe("the integrity of a sound database", () => {
  it("is silent about what no rule forbids", async () => {
    const path = bench.database(`
      CREATE TABLE t (id INTEGER PRIMARY KEY, a UNIQUE, b TEXT CHECK (b <> 'x'), c TEXT COLLATE NOCASE,
        kind TEXT CHECK (kind IN ("open", "closed")), parent INT REFERENCES t);
      CREATE UNIQUE INDEX c_of_open ON t (c) WHERE kind = 'open';
      CREATE UNIQUE INDEX c_as_written ON t (c COLLATE BINARY, lower(c) || ',' DESC);
      INSERT INTO t VALUES (1, NULL, NULL, 'a', 'open', NULL), (2, NULL, 'y', 'A', 'closed', 1),
        (3, 1, '', 'aa', 'closed', 1), (4, '1', NULL, NULL, 'open', 3), (5, x'31', NULL, NULL, NULL, 5);`);
    const { observations, checked } = await integrity(path);
    assert.deepEqual(observations, []);
    assert.equal(checked, 6);
  });
});

describe("the integrity of a database", () => {
  it("names rows whose parents are gone, by foreign key", async () => {
    const path = bench.database(`
      CREATE TABLE artist (id INTEGER PRIMARY KEY, name TEXT);
      CREATE TABLE place (country TEXT, town TEXT, PRIMARY KEY (country, town)) WITHOUT ROWID;
      CREATE TABLE album (id INTEGER PRIMARY KEY, artist INT REFERENCES artist ON DELETE CASCADE,
        country TEXT, town TEXT, FOREIGN KEY (country, town) REFERENCES place);
      CREATE TABLE tag (name TEXT PRIMARY KEY, album INT REFERENCES album (id)) WITHOUT ROWID;
      CREATE TABLE stray (x INT REFERENCES nowhere);
      INSERT INTO artist VALUES (1, 'a'); INSERT INTO place VALUES ('de', 'Ulm');
      INSERT INTO album VALUES (1, 1, 'de', 'Ulm'), (2, 7, 'de', NULL), (3, 8, 'de', 'Köln'), (4, NULL, NULL, NULL),
        (5, 9, NULL, NULL), (6, 9, NULL, NULL);
      INSERT INTO tag VALUES ('gone', 99), ('there', 1); INSERT INTO stray VALUES (NULL), (5);`);
    assert.deepEqual(await found(path), [
      [
        "sqlite.reference.orphan",
        { table: "album", column: "artist" },
        "id=2, artist=7; id=3, artist=8; id=5, artist=9",
      ],
      [
        "sqlite.reference.orphan",
        { table: "album", column: "(country, town)" },
        "id=3, country='de', town='Köln'",
      ],
      ["sqlite.reference.orphan", { table: "stray", column: "x" }, "there is no table nowhere"],
      ["sqlite.reference.orphan", { table: "tag", column: "album" }, "name='gone', album=99"],
    ]);
    const [first] = (await integrity(path)).observations;
    assert.equal(
      first?.description,
      "4 rows of album refer by artist to what artist.id does not have",
    );
    assert.equal(first?.severity, "medium");
  });

  it("follows a foreign key to what is no key, and says that it is none", async () => {
    const path = bench.database(`
      CREATE TABLE parent (a INT, b TEXT COLLATE NOCASE); INSERT INTO parent VALUES (1, 'x'), (1, 'y');
      CREATE TABLE child (p INT REFERENCES parent (a), q TEXT REFERENCES parent (b));
      INSERT INTO child VALUES ('1', 'X'), (2, 'z'), (NULL, NULL);`);
    assert.deepEqual(
      (await found(path)).map(([code, location]) => [code, location]),
      [
        ["sqlite.reference.mismatch", { table: "child" }],
        ["sqlite.reference.orphan", { table: "child", column: "p" }],
        ["sqlite.reference.orphan", { table: "child", column: "q" }],
      ],
    );
  });

  it("names values that occur twice where they must be unique, whatever the index holds", async () => {
    const path = bench.database(
      `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT COLLATE NOCASE, b INT, "c d" TEXT);
       CREATE INDEX by_a ON t (a); CREATE INDEX by_b ON t (b, lower("c d") COLLATE RTRIM DESC) WHERE b > 0;
       CREATE INDEX taken ON t ("c d");
       INSERT INTO t VALUES (1, 'x', 1, 'Q'), (2, 'X', 1, 'q  '), (3, 'y', -1, 'r'), (4, NULL, -1, 'r'), (5, NULL, 1, NULL);`,
      [
        [
          "by_a",
          `UPDATE sqlite_schema SET sql = replace(sql, 'CREATE INDEX', 'CREATE UNIQUE INDEX') WHERE name LIKE 'by_%'`,
        ],
        [
          "taken",
          `UPDATE sqlite_schema SET name = 'sqlite_autoindex_t_1', sql = NULL WHERE name = 'taken'`,
        ],
        [
          "t",
          `UPDATE sqlite_schema SET sql = replace(sql, '"c d" TEXT', '"c d" TEXT UNIQUE') WHERE name = 't'`,
        ],
      ],
    );
    assert.deepEqual(await found(path), [
      ["sqlite.unique.duplicate", { table: "t", index: "by_a" }, "('x') 2 times"],
      ["sqlite.unique.duplicate", { table: "t", index: "by_b" }, "(1, 'q') 2 times"],
      ["sqlite.unique.duplicate", { table: "t", index: "sqlite_autoindex_t_1" }, "('r') 2 times"],
    ]);
    const [first] = (await integrity(path)).observations;
    assert.equal(first?.description, "2 rows of t share a value of a that must be unique");
  });

  it("names rows of a primary key that occurs twice in a table without row ids", async () => {
    const path = bench.database(
      `CREATE TABLE t (a TEXT, b TEXT, c INT, PRIMARY KEY (a, b)) WITHOUT ROWID;
       INSERT INTO t VALUES ('x', '1', 1), ('x', '2', 2), ('y', '1', 3);`,
      [
        [
          "t",
          `UPDATE sqlite_schema SET sql = replace(sql, 'PRIMARY KEY (a, b)', 'PRIMARY KEY (a)') WHERE name = 't'`,
        ],
      ],
    );
    assert.deepEqual(await found(path), [
      ["sqlite.unique.duplicate", { table: "t", index: "sqlite_autoindex_t_1" }, "('x') 2 times"],
    ]);
  });

  it("names rows without a value that they must have", async () => {
    const path = bench.database(
      `CREATE TABLE t (a TEXT, b INT); INSERT INTO t VALUES (NULL, 1), ('x', NULL), (NULL, 3);
       CREATE INDEX both ON t (a, b);`,
      [
        [
          "t",
          `UPDATE sqlite_schema SET sql = 'CREATE TABLE t (a TEXT NOT NULL, b INT NOT NULL)' WHERE name = 't'`,
        ],
      ],
    );
    assert.deepEqual(await found(path), [
      ["sqlite.column.null", { table: "t", column: "a" }, "rowid=1; rowid=3"],
      ["sqlite.column.null", { table: "t", column: "b" }, "rowid=2"],
    ]);
  });

  it("names rows that break a CHECK, each one by itself", async () => {
    const path = bench.database(`
      PRAGMA ignore_check_constraints = ON;
      CREATE TABLE t (rowid TEXT, oid INT, _rowid_ INT, n INT CHECK (n > 0 -- positive
        ), k TEXT CHECK (k IN ("open", 'closed)')),
        CONSTRAINT "in order" CHECK (oid <= _rowid_), CHECK(length(rowid) < 3));
      INSERT INTO t VALUES ('a', 1, 2, 0, 'open'), ('bcd', 3, 2, NULL, 'closed)'), ('', NULL, 0, -5, 'shut');`);
    assert.deepEqual(
      (await found(path)).map(([code, location]) => [code, location]),
      [
        ["sqlite.check.failed", { table: "t", index: "CHECK (n > 0)" }],
        ["sqlite.check.failed", { table: "t", index: "CHECK (k IN (\"open\", 'closed)'))" }],
        ["sqlite.check.failed", { table: "t", index: "in order" }],
        ["sqlite.check.failed", { table: "t", index: "CHECK (length(rowid) < 3)" }],
      ],
    );
    const [first] = (await integrity(path)).observations;
    assert.equal(first?.description, "2 rows of t break CHECK (n > 0)");
  });

  it("names values that are not of their type in a STRICT table", async () => {
    const path = bench.database(
      `CREATE TABLE t (id INTEGER PRIMARY KEY, i ANY, r ANY, s ANY, b ANY, a ANY);
       INSERT INTO t VALUES (1, 'word', 'x', 5, 'y', 'z'), (2, 1, 2.5, 's', x'00', 6), (3, NULL, NULL, NULL, NULL, NULL);`,
      [
        [
          "t",
          `UPDATE sqlite_schema SET sql = 'CREATE TABLE t (id INTEGER PRIMARY KEY, i INT, r REAL, s TEXT, b BLOB, a ANY) STRICT' WHERE name = 't'`,
        ],
      ],
    );
    assert.deepEqual(await found(path), [
      ["sqlite.strict.type", { table: "t", column: "i" }, "id=1, i='word'"],
      ["sqlite.strict.type", { table: "t", column: "r" }, "id=1, r='x'"],
      ["sqlite.strict.type", { table: "t", column: "s" }, "id=1, s=5"],
      ["sqlite.strict.type", { table: "t", column: "b" }, "id=1, b='y'"],
    ]);
  });

  it("says what it cannot check for want of the application's functions, and checks the rest", async () => {
    const path = bench.path();
    const database = new DatabaseSync(path);
    database.function("is_vat", { deterministic: true }, (x) => Number(x === "DE1"));
    database.exec(`CREATE TABLE t (v TEXT CHECK (is_vat(v)), n INT CHECK (n > 0));
      INSERT INTO t VALUES ('DE1', 1); PRAGMA ignore_check_constraints = ON; INSERT INTO t VALUES ('DE2', 0)`);
    database.close();
    const { observations, complete } = await integrity(path);
    assert.deepEqual(
      observations.map(({ code, severity, location }) => [code, severity, location]),
      [
        ["sqlite.rule.unchecked", "info", { table: "t", index: "CHECK (is_vat(v))" }],
        ["sqlite.check.failed", "medium", { table: "t", index: "CHECK (n > 0)" }],
      ],
    );
    assert.match(observations[0]?.description ?? "", /is_vat/);
    assert.ok(complete);
  });

  it("keeps a finding in its place when more rows break the rule, and its evidence short", async () => {
    const path = bench.database(`
      CREATE TABLE p (id TEXT PRIMARY KEY); CREATE TABLE c (id TEXT PRIMARY KEY, p TEXT REFERENCES p);
      INSERT INTO c VALUES (hex(zeroblob(500000)), 'ä' || hex(zeroblob(600)));`);
    const [one] = (await integrity(path)).observations;
    const database = new DatabaseSync(path, { enableForeignKeyConstraints: false });
    database.exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
      INSERT INTO c SELECT 'ääääääääääääääääääää' || i, 'ßßßßßßßßßßßßßßßßßßßßßßß' || i FROM n`);
    database.close();
    const [many] = (await integrity(path)).observations;
    assert.deepEqual(many?.location, one?.location);
    assert.match(many?.description ?? "", /^5001 rows/);
    assert.ok(Buffer.byteLength(many?.evidence ?? "") <= 256);
    assert.ok(Buffer.byteLength(one?.evidence ?? "") <= 256);
  });

  it("checks the other tables when one cannot be read", async () => {
    const path = bench.database(`
      CREATE TABLE broken (id INTEGER PRIMARY KEY, v TEXT NOT NULL);
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
        INSERT INTO broken SELECT i, 'value ' || i FROM n;
      CREATE TABLE t (p INT REFERENCES t (q), q INT UNIQUE); INSERT INTO t VALUES (1, 2);`);
    flipBytes(path, "broken");
    const { observations, complete } = await integrity(path);
    assert.deepEqual(
      observations.map(({ code, location }) => [code, location]),
      [
        ["sqlite.table.unreadable", { table: "broken" }],
        ["sqlite.reference.orphan", { table: "t", column: "p" }],
      ],
    );
    assert.equal(complete, false);
  });

  it("calls nothing sound that it could not look at", async () => {
    const path = bench.path();
    writeFileSync(
      path,
      "SQLite format 4 or so, but certainly nothing that can be read by anybody".repeat(20),
    );
    const { observations, complete, checked } = await integrity(path);
    assert.equal(complete, false);
    assert.equal(checked, 0);
    assert.deepEqual(
      observations.map(({ severity }) => severity),
      ["critical"],
    );
  });
});
