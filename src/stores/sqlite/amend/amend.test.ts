import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { after, describe, it } from "node:test";

import { temporaryFolder } from "../../../../test/support/folder.ts";
import { startHolder } from "../../../../test/journeys/holder.ts";
import { nodeDisk } from "../../../core/disk.ts";
import { WorkerPool } from "../../../core/pool.ts";
import { systemWorld } from "../../../core/world.ts";
import { writeKey } from "../../../receipts/canonical.ts";
import { FORGOTTEN, PARENT_GONE } from "../../refusals.ts";
import { Hosts } from "../../host/hosts.ts";
import type { Amended, PutBackCollection, Query, Store } from "../../types.ts";
import { sqliteDriver } from "../driver.ts";

const signal = AbortSignal.timeout(120_000);
const hosts = new Hosts();
const pool = new WorkerPool(1);
after(async () => {
  hosts[Symbol.dispose]();
  await pool[Symbol.asyncDispose]();
});

interface Stand extends AsyncDisposable {
  readonly live: string;
  readonly source: string;
  readonly store: Store;
  /** Puts rows of the copy back. */
  putBack(
    collections: readonly (string | PutBackCollection)[],
    more?: { readonly dryRun?: boolean; readonly rules?: readonly string[] },
  ): Promise<Amended>;
}

/** A database and its copy, made by `schema`; then `loss` happens to the live one. */
async function stand(schema: string, loss: string, busyTimeoutMs = 5000): Promise<Stand> {
  const folder = await temporaryFolder();
  const [live, source] = [folder.join("live.sqlite"), folder.join("source.sqlite")];
  execute(live, schema);
  copyFileSync(live, source);
  execute(live, loss);
  const context = { world: systemWorld(), pool, hosts, disk: nodeDisk, scratch: folder.path };
  const store = await sqliteDriver.open("shop", { path: live, busyTimeoutMs }, context);
  return {
    live,
    source,
    store,
    putBack: (collections, { dryRun = false, rules = [] } = {}) =>
      store.amend(
        {
          kind: "put-back-rows",
          source,
          collections: collections.map((each) =>
            typeof each === "string" ? { name: each, forget: null } : each,
          ),
          rules: rules.map(query),
          dryRun,
        },
        signal,
      ),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

function query(text: string): Query {
  return { text, timeoutMs: 500, rowsMax: 10, bytesMax: 10_000 };
}

function execute(path: string, sql: string): void {
  using database = new DatabaseSync(path, {
    enableForeignKeyConstraints: false,
    defensive: false,
  });
  database.exec(sql);
}

function rows(path: string, sql: string): readonly unknown[] {
  using database = new DatabaseSync(path);
  return database
    .prepare(sql)
    .all()
    .map((row) => Object.values(row).join("|"));
}

function sha(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

/** What the decoder reads of both: equal means equal to the last bit. */
async function digests({ store, source }: Stand, table: string): Promise<readonly unknown[]> {
  const context = { world: systemWorld(), pool, hosts, disk: nodeDisk, scratch: `${source}-s` };
  const copy = await sqliteDriver.open("shop", { path: source }, context);
  const found: unknown[] = [];
  for (const [each, exclusive] of [
    [store, false],
    [copy, true],
  ] as const) {
    await using image = await each.capture({ exclusive }, signal);
    const { receipt } = await image.seal({ portable: false }, signal);
    found.push(receipt.collections[table]?.digest);
  }
  return found;
}

const ITEMS = `CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT UNIQUE, price REAL);
  INSERT INTO item VALUES (1, 'one', 1.0), (2, 'two', 2.5), (3, 'three', NULL), (4, 'four', 4);`;

describe("rows that are missing", () => {
  it("come back by key, and what is newer stays", async () => {
    await using given = await stand(
      ITEMS,
      "DELETE FROM item WHERE id IN (2, 3); UPDATE item SET price = 9 WHERE id = 1; INSERT INTO item VALUES (9, 'nine', 9)",
    );
    const { collections, touched } = await given.putBack(["item"]);
    assert.deepEqual(collections, [
      {
        name: "item",
        created: false,
        back: 2,
        keys: [{ id: 2 }, { id: 3 }],
        refused: [],
        refusedTotal: 0,
        forgotten: 0,
      },
    ]);
    assert.deepEqual(touched, []);
    const now = rows(given.live, "SELECT * FROM item ORDER BY id");
    assert.deepEqual(now, ["1|one|9", "2|two|2.5", "3|three|", "4|four|4", "9|nine|9"]);
    const again = await given.putBack(["item"]);
    assert.equal(again.collections[0]?.back, 0);
  });

  it("are refused where their key is taken by other content, one by one", async () => {
    await using given = await stand(
      ITEMS,
      "DELETE FROM item WHERE id IN (2, 3); INSERT INTO item VALUES (7, 'two', 7)",
    );
    const [item] = (await given.putBack(["item"])).collections;
    assert.deepEqual(item?.keys, [{ id: 3 }]);
    assert.deepEqual(item.refused, [
      { key: { id: 2 }, reason: "its key is taken by other content" },
    ]);
    assert.deepEqual(rows(given.live, "SELECT id FROM item WHERE name = 'two'"), ["7"]);
  });

  it("replace nothing, although the table says that a new row replaces an old one", async () => {
    await using given = await stand(
      `CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT UNIQUE ON CONFLICT REPLACE);
       INSERT INTO item VALUES (1, 'one'), (2, 'two');`,
      "DELETE FROM item WHERE id = 2; INSERT INTO item VALUES (7, 'two')",
    );
    const [item] = (await given.putBack(["item"])).collections;
    assert.equal(item?.refusedTotal, 1);
    assert.deepEqual(rows(given.live, "SELECT * FROM item ORDER BY id"), ["1|one", "7|two"]);
  });

  it("are refused with all that hang on them when their parent is gone", async () => {
    await using given = await stand(
      `CREATE TABLE customer (id INTEGER PRIMARY KEY, mail TEXT UNIQUE);
       CREATE TABLE invoice (id INTEGER PRIMARY KEY, customer REFERENCES customer);
       CREATE TABLE line (invoice INTEGER REFERENCES invoice, n INTEGER, PRIMARY KEY (invoice, n)) WITHOUT ROWID;
       INSERT INTO customer VALUES (1, 'a'), (2, 'b'), (3, 'c');
       INSERT INTO invoice VALUES (10, 1), (20, 2), (30, 3), (31, NULL);
       INSERT INTO line VALUES (10, 1), (20, 1), (20, 2), (30, 1), (31, 1);`,
      `DELETE FROM line WHERE invoice > 10; DELETE FROM invoice WHERE id > 10;
       DELETE FROM customer WHERE id = 2; UPDATE customer SET mail = 'b' WHERE id = 1;`,
    );
    const { collections } = await given.putBack(["line", "invoice", "customer"]);
    const of = (name: string) => collections.find((each) => each.name === name);
    assert.equal(of("customer")?.refused[0]?.reason, "its key is taken by other content");
    assert.deepEqual(of("invoice")?.refused, [{ key: { id: 20 }, reason: PARENT_GONE }]);
    assert.deepEqual(
      of("line")?.refused.map(({ key }) => key),
      [
        { invoice: 20, n: 1 },
        { invoice: 20, n: 2 },
      ],
    );
    assert.deepEqual(rows(given.live, "SELECT * FROM line"), ["10|1", "30|1", "31|1"]);
    assert.deepEqual(rows(given.live, "PRAGMA foreign_key_check"), []);
  });

  it("never return when they are to be forgotten", async () => {
    await using given = await stand(ITEMS, "DELETE FROM item WHERE id IN (2, 3)");
    const forget = `${given.live}.forget`;
    const key = writeKey([{ type: "integer", value: 3n }]);
    writeFileSync(forget, `${Buffer.from(key).toString("hex").toUpperCase()}\n`);
    const [item] = (await given.putBack([{ name: "item", forget }])).collections;
    assert.deepEqual(item?.refused, [{ key: { id: 3 }, reason: FORGOTTEN }]);
    assert.deepEqual([item.back, item.forgotten], [1, 1]);
    assert.deepEqual(rows(given.live, "SELECT id FROM item ORDER BY id"), ["1", "2", "4"]);
  });

  it("come back bit by bit, whatever they hold", async () => {
    await using given = await stand(
      `CREATE TABLE odd (k TEXT PRIMARY KEY COLLATE NOCASE, a, b REAL, c INTEGER, d NUMERIC) WITHOUT ROWID;
       INSERT INTO odd VALUES
         (CAST(x'61006200' AS TEXT), x'00ff', 1.0, 9223372036854775807, '12'),
         (CAST(x'ff80fe' AS TEXT), CAST(x'c328' AS TEXT), 0.1, -9007199254740993, 'twelve'),
         ('plain', 1, 1e300, 1, 9007199254740993), ('x', 1.0, -2.5, NULL, 1e20), ('', '', 0, 0, 0);
       CREATE TABLE loose (a, b TEXT); INSERT INTO loose SELECT a, k FROM odd;`,
      "DELETE FROM odd; DELETE FROM loose",
    );
    const { collections } = await given.putBack(["odd", "loose"]);
    assert.deepEqual(
      collections.map(({ back }) => back),
      [5, 5],
    );
    for (const table of ["odd", "loose"]) {
      const [live, source] = await digests(given, table);
      assert.ok(live !== undefined);
      assert.equal(live, source);
    }
  });

  it("are counted where nothing tells them apart", async () => {
    await using given = await stand(
      `CREATE TABLE log (line TEXT, n); INSERT INTO log VALUES
         ('a', 1), ('a', 1), ('a', 1), ('A', 1), ('a', 1.0), ('b', NULL), ('b', NULL), ('c', 1);`,
      `DELETE FROM log WHERE rowid IN (2, 3, 4, 5, 7);
       INSERT INTO log (rowid, line) VALUES (3, 'newer'); INSERT INTO log VALUES ('c', 1);`,
    );
    const [log] = (await given.putBack(["log"])).collections;
    assert.equal(log?.back, 5);
    const now = rows(given.live, "SELECT line, n, typeof(n), count(*) FROM log GROUP BY 1, 2, 3");
    assert.deepEqual(now, [
      "A|1|integer|1",
      "a|1|integer|3",
      "a|1|real|1",
      "b||null|2",
      "c|1|integer|2",
      "newer||null|1",
    ]);
    assert.equal((await given.putBack(["log"])).collections[0]?.back, 0);
  });

  it("keep the row id that only the table knows, where it is free", async () => {
    await using given = await stand(
      `CREATE TABLE tag (name TEXT PRIMARY KEY); INSERT INTO tag (rowid, name) VALUES (5, 'a'), (70, 'b'), (800, NULL), (801, NULL);`,
      "DELETE FROM tag; INSERT INTO tag (rowid, name) VALUES (5, 'z'), (6, NULL)",
    );
    const [tag] = (await given.putBack(["tag"])).collections;
    assert.equal(tag?.back, 3);
    assert.deepEqual(rows(given.live, "SELECT rowid FROM tag WHERE name = 'b'"), ["70"]);
    assert.deepEqual(rows(given.live, "SELECT count(*) FROM tag WHERE name IS NULL"), ["2"]);
  });

  it("leave computed columns to the engine, and new columns to their defaults", async () => {
    await using given = await stand(
      `CREATE TABLE sum (id INTEGER PRIMARY KEY, a, b AS (a + 1) STORED, c AS (a * 2));
       CREATE INDEX sum_c ON sum (c); INSERT INTO sum (id, a) VALUES (1, 10), (2, 20);`,
      "DELETE FROM sum WHERE id = 2; ALTER TABLE sum ADD COLUMN d TEXT DEFAULT 'new'",
    );
    assert.equal((await given.putBack(["sum"])).collections[0]?.back, 1);
    const now = rows(given.live, "SELECT a, b, c, d FROM sum");
    assert.deepEqual(now, ["10|11|20|new", "20|21|40|new"]);
  });

  it("are refused with the reason where the table has changed its shape", async () => {
    await using given = await stand(
      ITEMS,
      "DELETE FROM item WHERE id > 2; ALTER TABLE item DROP price",
    );
    const [item] = (await given.putBack(["item"])).collections;
    assert.equal(item?.back, 0);
    assert.deepEqual(item.refused, [
      { key: { id: 3 }, reason: "the table no longer has the column price" },
      { key: { id: 4 }, reason: "the table no longer has the column price" },
    ]);
  });

  it("set off the triggers of their table, which are named", async () => {
    const schema = `${ITEMS}
      CREATE TABLE total (n); INSERT INTO total VALUES (4);
      CREATE TRIGGER counted AFTER INSERT ON item BEGIN UPDATE total SET n = n + 1; END;
      CREATE TRIGGER uncounted AFTER DELETE ON item BEGIN UPDATE total SET n = n - 1; END;
      CREATE TRIGGER picky BEFORE INSERT ON item WHEN new.id = 3 BEGIN SELECT RAISE(ABORT, 'not three'); END;
      CREATE TRIGGER deaf BEFORE INSERT ON item WHEN new.id = 2 BEGIN SELECT RAISE(IGNORE); END;`;
    await using given = await stand(schema, "DELETE FROM item WHERE id > 1");
    const { collections, touched } = await given.putBack(["item"]);
    assert.deepEqual(collections[0]?.refused, [
      { key: { id: 2 }, reason: "a trigger of the table keeps it out" },
      { key: { id: 3 }, reason: "a trigger refuses it: not three" },
    ]);
    assert.deepEqual(touched.toSorted(), ["counted", "deaf", "picky"]);
    assert.deepEqual(rows(given.live, "SELECT n FROM total"), ["2"]);
  });

  it("are not put back past a trigger that needs a function of the application's", async () => {
    await using given = await stand(
      `${ITEMS} CREATE TRIGGER told AFTER INSERT ON item BEGIN SELECT tell(new.id); END;`,
      "DELETE FROM item WHERE id > 1",
    );
    await assert.rejects(given.putBack(["item"]), { code: "REFUSED", message: /tell/ });
    assert.deepEqual(rows(given.live, "SELECT id FROM item ORDER BY id"), ["1"]);
  });

  it("go nowhere when a trigger rolls everything back", async () => {
    await using given = await stand(
      `${ITEMS} CREATE TRIGGER rude AFTER INSERT ON item WHEN new.id = 4 BEGIN SELECT RAISE(ROLLBACK, 'no'); END;`,
      "DELETE FROM item WHERE id > 1",
    );
    await assert.rejects(given.putBack(["item"]), { code: "RULE_BROKEN" });
    assert.deepEqual(rows(given.live, "SELECT id FROM item ORDER BY id"), ["1"]);
  });

  it("go nowhere when a trigger takes away what others point to", async () => {
    await using given = await stand(
      `${ITEMS} CREATE TABLE child (item REFERENCES item); INSERT INTO child VALUES (1);
       CREATE TRIGGER rude AFTER INSERT ON item BEGIN DELETE FROM item WHERE id = 1; END;`,
      "DELETE FROM item WHERE id = 4",
    );
    await assert.rejects(given.putBack(["item"]), { code: "RULE_BROKEN", message: /nowhere/ });
    assert.deepEqual(rows(given.live, "SELECT id FROM item ORDER BY id"), ["1", "2", "3"]);
  });

  it("go nowhere when a rule would be broken more often than before", async () => {
    await using given = await stand(ITEMS, "DELETE FROM item WHERE id > 2");
    const rule = "SELECT * FROM item WHERE price IS NULL;";
    await assert.rejects(given.putBack(["item"], { rules: [rule] }), { code: "RULE_BROKEN" });
    assert.deepEqual(rows(given.live, "SELECT id FROM item ORDER BY id"), ["1", "2"]);
    const harmless = [
      "SELECT * FROM item WHERE price > 100",
      "DELETE FROM item RETURNING *",
      "SELECT * FROM salvor_source.item",
    ];
    assert.equal((await given.putBack(["item"], { rules: harmless })).collections[0]?.back, 2);
    assert.deepEqual(rows(given.live, "SELECT id FROM item ORDER BY id"), ["1", "2", "3", "4"]);
  });

  it("go nowhere when a rule takes longer than it may", async () => {
    await using given = await stand(ITEMS, "DELETE FROM item WHERE id > 2");
    const endless =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n WHERE i < 0";
    await assert.rejects(given.putBack(["item"], { rules: [endless] }), { code: "HOST_LIMIT" });
    assert.deepEqual(rows(given.live, "SELECT id FROM item ORDER BY id"), ["1", "2"]);
  });

  it("may only be looked for, which changes no byte", async () => {
    for (const mode of ["delete", "wal"]) {
      await using given = await stand(
        `PRAGMA journal_mode = ${mode}; ${ITEMS} CREATE TABLE gone (a); INSERT INTO gone VALUES (1);`,
        "DELETE FROM item WHERE id > 2; DROP TABLE gone; INSERT INTO item VALUES (3, 'another', 3)",
      );
      const folder = () => readdirSync(given.live.slice(0, given.live.lastIndexOf("/"))).toSorted();
      const [before, names] = [sha(given.live), folder()];
      const { collections } = await given.putBack(["item", "gone"], { dryRun: true });
      assert.deepEqual([sha(given.live), folder()], [before, names]);
      assert.deepEqual(
        collections.map(({ name, created, back, keys }) => ({ name, created, back, keys })),
        [
          { name: "item", created: false, back: 1, keys: [{ id: 4 }] },
          { name: "gone", created: true, back: 1, keys: [{ a: 1 }] },
        ],
      );
    }
  });
});

describe("a table that vanished", () => {
  const SCHEMA = `
    CREATE TABLE kind (id INTEGER PRIMARY KEY); INSERT INTO kind VALUES (1);
    CREATE TABLE pay (id INTEGER PRIMARY KEY AUTOINCREMENT, kind REFERENCES kind, amount DECIMAL(10,2) DEFAULT "none");
    CREATE UNIQUE INDEX pay_amount ON pay (amount);
    CREATE INDEX pay_kind ON pay (kind) WHERE kind > 0;
    CREATE TABLE journal (id);
    CREATE TRIGGER pay_told AFTER INSERT ON pay BEGIN INSERT INTO journal VALUES (new.id); END;
    CREATE VIEW rich AS SELECT * FROM pay WHERE amount > 1;
    INSERT INTO pay VALUES (1, 1, 1.5), (2, 1, 2.5), (9, 1, 9.5); DELETE FROM pay WHERE id = 9;
    DELETE FROM journal;`;

  it("comes back whole: rows, indexes, triggers and the numbers that it had given out", async () => {
    await using given = await stand(SCHEMA, "DROP TABLE pay");
    const { collections, touched } = await given.putBack(["pay"]);
    assert.deepEqual([collections[0]?.created, collections[0]?.back, touched], [true, 2, []]);
    const schema = "SELECT type, name, sql FROM sqlite_schema ORDER BY name";
    assert.deepEqual(rows(given.live, schema), rows(given.source, schema));
    assert.deepEqual(rows(given.live, "SELECT * FROM journal"), []);
    execute(given.live, "INSERT INTO pay (kind, amount) VALUES (1, 7)");
    assert.deepEqual(rows(given.live, "SELECT max(id) FROM pay"), ["10"]);
    assert.deepEqual(rows(given.live, "PRAGMA integrity_check"), ["ok"]);
  });

  it("does not take a name that another thing has by now", async () => {
    await using given = await stand(
      SCHEMA,
      "DROP TABLE pay; DROP VIEW rich; CREATE VIEW pay AS SELECT 1; CREATE INDEX pay_kind ON journal (id)",
    );
    const [pay] = (await given.putBack(["pay"])).collections;
    assert.deepEqual(pay?.refused, [{ key: null, reason: "its name is taken by a view now" }]);
    execute(given.live, "DROP VIEW pay");
    const [again] = (await given.putBack(["pay"])).collections;
    assert.equal(again?.back, 2);
    assert.match(again.refused[0]?.reason ?? "", /index pay_kind was not made/);
  });

  it("is refused by name when the snapshot has none either", async () => {
    await using given = await stand(SCHEMA, "DROP TABLE pay");
    await assert.rejects(given.putBack(["nothing"]), { code: "NOT_FOUND" });
  });

  it("leaves the shadow tables of a virtual table alone", async () => {
    await using given = await stand(
      "CREATE VIRTUAL TABLE note USING fts5(body); INSERT INTO note VALUES ('hello')",
      "DELETE FROM note",
    );
    const { collections } = await given.putBack(["note", "note_content"]);
    assert.deepEqual(
      collections.map(({ refused }) => refused[0]?.reason),
      ["only the rows of ordinary tables can go back", "it belongs to a virtual table"],
    );
  });
});

describe("an amendment beside other programs", () => {
  for (const mode of ["delete", "wal"]) {
    it(`is seen by one that has the database open in journal mode ${mode}`, async () => {
      await using given = await stand(
        `PRAGMA journal_mode = ${mode}; ${ITEMS}`,
        "DELETE FROM item WHERE id > 2",
      );
      await using holder = await startHolder(given.live);
      assert.deepEqual(await holder.sql("SELECT count(*) AS n FROM item"), [{ n: 2 }]);
      await given.putBack(["item"]);
      assert.deepEqual(await holder.sql("SELECT count(*) AS n FROM item"), [{ n: 4 }]);
      await holder.sql("INSERT INTO item VALUES (5, 'five', 5)");
      assert.deepEqual(rows(given.live, "SELECT count(*) FROM item"), ["5"]);
    });

    it(`gives way to one that writes in journal mode ${mode}, and names it`, async () => {
      const schema = `PRAGMA journal_mode = ${mode}; ${ITEMS}`;
      await using given = await stand(schema, "DELETE FROM item WHERE id > 2", 100);
      await using holder = await startHolder(given.live);
      await holder.sql("BEGIN IMMEDIATE");
      await assert.rejects(given.putBack(["item"]), {
        code: "STORE_BUSY",
        message: new RegExp(`process ${holder.pid}`),
      });
      await holder.sql("ROLLBACK");
      assert.equal((await given.putBack(["item"])).collections[0]?.back, 2);
    });
  }
});

describe("an index that is hurt", () => {
  const SCHEMA = `CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT);
    CREATE INDEX by_name ON item (name);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
      INSERT INTO item SELECT i, 'item ' || i FROM n;`;
  /** The index stays as it is while the table goes on. */
  const LOSS = `CREATE TABLE kept AS SELECT * FROM sqlite_schema WHERE name = 'by_name';
    PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'by_name';`;

  it("is built anew from its table", async () => {
    await using given = await stand(SCHEMA, LOSS);
    execute(
      given.live,
      "DELETE FROM item WHERE id % 7 = 0; UPDATE item SET name = 'x' WHERE id = 1",
    );
    execute(
      given.live,
      `PRAGMA writable_schema = ON; INSERT INTO sqlite_schema SELECT * FROM kept;
       PRAGMA writable_schema = RESET; DROP TABLE kept;`,
    );
    assert.notDeepEqual(rows(given.live, "PRAGMA integrity_check"), ["ok"]);
    const work = { kind: "reindex", indexes: ["by_name"] } as const;
    assert.deepEqual(await given.store.amend(work, signal), {
      collections: [],
      touched: ["by_name"],
    });
    assert.deepEqual(rows(given.live, "PRAGMA integrity_check"), ["ok"]);
  });

  it("is not built where its table breaks it", async () => {
    await using given = await stand(SCHEMA.replace("CREATE INDEX", "CREATE UNIQUE INDEX"), LOSS);
    execute(given.live, "UPDATE item SET name = 'double' WHERE id < 3");
    execute(
      given.live,
      "PRAGMA writable_schema = ON; INSERT INTO sqlite_schema SELECT * FROM kept;",
    );
    const before = sha(given.live);
    const work = { kind: "reindex", indexes: ["by_name"] } as const;
    await assert.rejects(given.store.amend(work, signal), { code: "RULE_BROKEN" });
    assert.equal(sha(given.live), before);
    const unknown = { kind: "reindex", indexes: ["nothing"] } as const;
    await assert.rejects(given.store.amend(unknown, signal), { code: "NOT_FOUND" });
  });
});

describe("a store that cannot be amended", () => {
  it("is missing, or damaged, and that is said", async () => {
    await using given = await stand(ITEMS, "DELETE FROM item");
    writeFileSync(given.live, "not a database at all");
    await assert.rejects(given.putBack(["item"]), { code: "STORE_DAMAGED" });
    await using other = await stand(ITEMS, "DELETE FROM item");
    rmSync(other.live);
    await assert.rejects(other.putBack(["item"]), { code: "STORE_MISSING" });
  });
});
