import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";

import { startHolder } from "../../../../test/journeys/holder.ts";
import { execute, ITEMS, rows, sha, signal, stand } from "./samples.ts";

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
    const { doubts, ...amended } = await given.store.amend(work, signal);
    assert.deepEqual(amended, { collections: [], touched: ["by_name"] });
    // Whether the rows or the index were right nobody can tell any more.
    assert.ok(doubts.length > 1);
    assert.deepEqual(doubts[0], { collection: "item", index: "by_name", key: { id: 1 } });
    assert.deepEqual((await given.store.amend(work, signal)).doubts, []);
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
