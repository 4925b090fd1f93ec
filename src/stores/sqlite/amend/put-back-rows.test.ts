import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";

import { writeKey } from "../../../receipts/canonical.ts";
import { FORGOTTEN, PARENT_GONE } from "../../refusals.ts";
import { digests, ITEMS, rows, sha, stand } from "./samples.ts";

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
