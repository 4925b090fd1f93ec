import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, afterEach, before, describe, it } from "node:test";

import { sha256Hex } from "../../core/hash.ts";
import { Hosts } from "../host/hosts.ts";
import type { Query, QueryAnswer } from "../types.ts";
import { queryImage } from "./query.ts";

const folder = mkdtempSync(join(tmpdir(), "salvor-query-"));
const path = join(folder, "shop.sqlite");
const hosts = new Hosts();
const signal = AbortSignal.timeout(120_000);
let untouched = "";

before(async () => {
  build();
  untouched = await state();
});

// Whatever a rule tries: not a byte of the file changes, and nothing appears beside it.
afterEach(async () => assert.equal(await state(), untouched));

after(() => {
  hosts[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

function build(): void {
  const database = new DatabaseSync(path);
  database.exec(`PRAGMA journal_mode = WAL;
    CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT UNIQUE, big INT, price REAL, photo BLOB);
    INSERT INTO item VALUES (1, 'one', 9223372036854775807, 1.0, x'00ff'), (2, 'two', -5, 9e999, NULL),
      (3, CAST(x'ff41' AS TEXT), 9007199254740993, 0.5, x''), (4, 'a' || char(0) || 'b', 0, -1.5, NULL);
    CREATE VIEW dear (name) AS SELECT name FROM item WHERE price >= 1;
    CREATE VIRTUAL TABLE words USING fts5(title, body);
    INSERT INTO words VALUES ('fox', 'the quick brown fox'), ('dog', 'jumps over the lazy dog');
    CREATE VIRTUAL TABLE boxes USING rtree(id, x0, x1); INSERT INTO boxes VALUES (1, 0, 1), (2, 5, 6);
    CREATE VIRTUAL TABLE old USING fts4(t); INSERT INTO old VALUES ('some old text');`);
  database.close();
}

async function state(): Promise<string> {
  const names = readdirSync(folder).toSorted();
  const digests = names.map(
    async (name) => `${name} ${sha256Hex(await readFile(join(folder, name)))}`,
  );
  return (await Promise.all(digests)).join("\n");
}

const LIMITS = { timeoutMs: 60_000, rowsMax: 1_000, bytesMax: 1_000_000 };

function ask(text: string, limits: Partial<Query> = {}): Promise<QueryAnswer> {
  return queryImage(hosts, path, { text, ...LIMITS, ...limits }, signal);
}

describe("a rule's query", () => {
  it("gets its rows, with every value as JSON shows it", async () => {
    const { columns, rows, truncated } = await ask(
      "-- which?\n SELECT id, name, big, price, photo FROM item ORDER BY id DESC; -- those\n;",
    );
    assert.deepEqual(columns, ["id", "name", "big", "price", "photo"]);
    assert.equal(truncated, false);
    assert.deepEqual(rows, [
      { id: 4, name: "a\0b", big: 0, price: -1.5, photo: null },
      {
        id: 3,
        name: { $bytes: "/0E=" },
        big: { $int: "9007199254740993" },
        price: 0.5,
        photo: { $bytes: "" },
      },
      { id: 2, name: "two", big: -5, price: { $real: "Infinity" }, photo: null },
      {
        id: 1,
        name: "one",
        big: { $int: "9223372036854775807" },
        price: 1,
        photo: { $bytes: "AP8=" },
      },
    ]);
  });

  it("keeps columns apart that have one name", async () => {
    const { columns, rows } = await ask(
      "SELECT a.id, b.id FROM item a JOIN item b ON b.id = a.id + 1 LIMIT 1",
    );
    assert.deepEqual(columns, ["id", "id:2"]);
    assert.deepEqual(rows, [{ id: 1, "id:2": 2 }]);
  });

  it("reads a database of no bytes, which has no tables", async () => {
    const empty = join(tmpdir(), `salvor-query-empty-${process.pid}`);
    new DatabaseSync(empty).close();
    try {
      const query = { text: "SELECT name FROM sqlite_schema", ...LIMITS };
      assert.deepEqual((await queryImage(hosts, empty, query, signal)).rows, []);
    } finally {
      rmSync(empty, { force: true });
    }
  });

  const ALLOWED: readonly [string, number][] = [
    [
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT i FROM n",
      5,
    ],
    ["VALUES (1), (2)", 2],
    ["SELECT ';' AS semicolon, \"name\", [id] /* ; */ FROM item WHERE name <> '--;'", 4],
    ["SELECT * FROM dear", 2],
    ["SELECT * FROM words WHERE words MATCH 'fox'", 1],
    ["SELECT highlight(words, 1, '<', '>') FROM words('dog')", 1],
    ["SELECT id FROM boxes WHERE x0 > 1", 1],
    ["SELECT snippet(old) FROM old WHERE t MATCH 'text'", 1],
    ["SELECT value FROM json_each('[1, 2, 3]')", 3],
    ["SELECT name FROM pragma_table_info('item')", 5],
    ["SELECT * FROM pragma_foreign_key_check", 0],
    ["SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'", 0],
  ];
  for (const [text, count] of ALLOWED) {
    it(`may be ${text}`, async () => assert.equal((await ask(text)).rows.length, count));
  }
});

describe("a rule that does something else than read", () => {
  const outside = join(folder, "outside.sqlite");
  const REFUSED: readonly [string, RegExp][] = [
    [`ATTACH '${outside}' AS other`, /^ATTACH is/],
    ["DETACH main", /^DETACH is/],
    [`VACUUM INTO '${outside}'`, /^VACUUM is/],
    ["INSERT INTO item DEFAULT VALUES", /^INSERT is/],
    ["WITH gone AS (SELECT 1) DELETE FROM item", /^DELETE is/],
    ["WITH a AS (SELECT 1) UPDATE item SET big = 1 RETURNING *", /^UPDATE is/],
    ["WITH a AS (SELECT 1) INSERT INTO item (id) VALUES (9) RETURNING id", /^INSERT is/],
    ["CREATE TEMP TABLE kept AS SELECT * FROM item", /^CREATE is/],
    ["PRAGMA writable_schema = ON", /^PRAGMA is/],
    ["PRAGMA journal_mode = DELETE", /^PRAGMA is/],
    ["SELECT * FROM pragma_optimize", /^PRAGMA optimize is/],
    ["SELECT * FROM pragma_journal_mode", /^PRAGMA journal_mode is/],
    ["SELECT * FROM pragma_database_list", /^PRAGMA database_list is/],
    ["BEGIN IMMEDIATE", /^BEGIN is/],
    ["SAVEPOINT here", /^SAVEPOINT is/],
    ["EXPLAIN SELECT 1", /^EXPLAIN is/],
    ["SELECT load_extension('/tmp/evil.so')", /^load_extension\(\) is/],
    ["SELECT fts3_tokenizer('simple')", /^fts3_tokenizer\(\) is/],
    ["SELECT 1; SELECT 2", /^more than one statement is/],
    ["SELECT 1; DROP TABLE item", /^more than one statement is/],
    ["SELECT ';' -- one;\n; ATTACH 'x' AS y", /^more than one statement is/],
    ["SELECT * FROM item WHERE id = ?", /^the parameter \? is/],
    ["SELECT * FROM item WHERE id = :id", /^the parameter :id is/],
    ["SELECT 1\0; DROP TABLE item", /^a character NUL is/],
    [" ; -- nothing\n ", /^there is no statement/],
  ];
  for (const [text, message] of REFUSED) {
    it(`is refused: ${JSON.stringify(text.replaceAll(folder, "."))}`, () =>
      assert.rejects(ask(text), { code: "QUERY_REFUSED", message }));
  }

  const FAILED: readonly [string, RegExp][] = [
    ["SELECT * FROM missing", /no such table: missing/],
    ["SELECT nope(1)", /no such function: nope/],
    ['SELECT "no such column" FROM item', /no such column/],
    ["what is the matter?", /syntax error/],
    ["SELECT (", /incomplete input/],
    ["SELECT * FROM item WHERE words MATCH 'x'", /no such column/],
    ["SELECT json('{')", /malformed JSON/],
  ];
  for (const [text, message] of FAILED) {
    it(`fails with the engine's words: ${text}`, () =>
      assert.rejects(ask(text), { code: "QUERY_FAILED", message }));
  }
});

const ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)";

describe("a rule that asks for too much", () => {
  it("is stopped when it never ends", () =>
    assert.rejects(ask(`${ENDLESS} SELECT count(*) FROM n`, { timeoutMs: 700 }), {
      code: "HOST_LIMIT",
      message: /did not end within 700 ms/,
    }));

  it("is stopped when nobody waits for it any more", async () => {
    const abort = new AbortController();
    const query = { text: `${ENDLESS} SELECT count(*) FROM n`, ...LIMITS };
    const asked = queryImage(hosts, path, query, abort.signal);
    setTimeout(() => abort.abort(new Error("enough")), 200);
    await assert.rejects(asked, { message: "enough" });
  });

  it("gets the first rows only", async () => {
    const { rows, truncated } = await ask(`${ENDLESS} SELECT i FROM n`, { rowsMax: 7 });
    assert.equal(rows.length, 7);
    assert.equal(truncated, true);
    const exact = await ask(`SELECT id FROM item`, { rowsMax: 4 });
    assert.equal(exact.truncated, false);
  });

  it("gets as many rows as there is room for", async () => {
    const { rows, truncated } = await ask(`${ENDLESS} SELECT hex(zeroblob(500)) h FROM n`, {
      bytesMax: 10_100,
    });
    assert.equal(rows.length, 10);
    assert.equal(truncated, true);
  });

  const GREEDY = [
    "SELECT zeroblob(1000000000)",
    "SELECT randomblob(900000000)",
    "SELECT printf('%*c', 900000000, 'x')",
    "SELECT hex(zeroblob(400000000))",
    `${ENDLESS} SELECT group_concat(hex(zeroblob(5000))) FROM n`,
    `${ENDLESS} SELECT hex(randomblob(500)) AS h FROM n ORDER BY h`,
    `${ENDLESS} SELECT json_group_array(hex(zeroblob(5000))) FROM n`,
  ];
  for (const text of GREEDY) {
    it(`does not get it: ${text}`, async () => {
      // Its sum is too long at once, but the engine goes on to the last row before it says so.
      const timeoutMs = text.includes("group_concat") ? 1_500 : LIMITS.timeoutMs;
      const error = await ask(text, { timeoutMs }).then(
        ({ rows }) => assert.fail(`it got ${rows.length} rows`),
        (thrown: unknown) => thrown as { code: string; message: string },
      );
      if (error.code === "HOST_LIMIT")
        assert.match(error.message, /more than \d+ MB of memory|within 1500 ms/);
      else assert.match(`${error.code} ${error.message}`, /^QUERY_FAILED .*too big/);
    });
  }

  it("leaves a host that answers the next one", async () =>
    assert.deepEqual((await ask("SELECT 1 AS one")).rows, [{ one: 1 }]));
});
