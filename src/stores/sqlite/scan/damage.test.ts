import assert from "node:assert/strict";
import { readFileSync, rmSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, it } from "node:test";

import { seededRandom } from "../../../../test/support/random.ts";
import { WorkerPool } from "../../../core/pool.ts";
import type { Observation } from "../../../core/finding.ts";
import { Claims, Role } from "./claims.ts";
import { walkPages } from "./scan.ts";
import type { Walked } from "./structure-job.ts";

// Goal: each kind of physical damage is found, and named with the right page, table and row ids.
// Method: one shop, whose pages are known from a walk while it is sound, is broken in one place.

const PAGE = 1024;
const folder = mkdtempSync(join(tmpdir(), "salvor-damage-"));
const path = join(folder, "shop.sqlite");
const { signal } = new AbortController();
let pool: WorkerPool;
let bytes: Buffer;
let sound: Walked;
let claims: Claims;

before(async () => {
  pool = new WorkerPool(2);
  makeShop();
  bytes = readFileSync(path);
  sound = await walkPages(path, pool, signal);
  claims = new Claims(sound.pageCount, sound.claims);
});
after(async () => {
  await pool[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

function makeShop(): void {
  using database = new DatabaseSync(path);
  database.exec(`
    PRAGMA page_size = ${PAGE}; PRAGMA auto_vacuum = INCREMENTAL; BEGIN;
    CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT, note TEXT);
    CREATE TABLE item (id INTEGER PRIMARY KEY, price INT);
    CREATE TABLE setting (k TEXT PRIMARY KEY, v) WITHOUT ROWID;
    CREATE TABLE letter (id INTEGER PRIMARY KEY, body TEXT);
    CREATE TABLE gone (id INTEGER PRIMARY KEY, x);
    CREATE INDEX by_name ON customer (name);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
      INSERT INTO customer SELECT i, 'customer ' || i, 'note of ' || i FROM n;
    INSERT INTO item SELECT id, id * 7 FROM customer;
    INSERT INTO setting SELECT 'key ' || id, id FROM customer WHERE id < 300;
    INSERT INTO letter SELECT id, printf('%.5000c', 'x') FROM customer WHERE id < 9;
    INSERT INTO gone SELECT id, note FROM customer WHERE id < 500;
    COMMIT; DELETE FROM gone;`);
}

/** Pages of a table or index, in the order of the file; `type` is SQLite's number for the kind. */
function pagesOf(tree: string, type: number | null, role: number = Role.tree): readonly number[] {
  const owner = 1 + sound.trees.findIndex(({ name }) => name === tree);
  const all = Array.from({ length: sound.pageCount }, (_, at) => at + 1);
  return all.filter(
    (page) =>
      claims.owner[page] === owner &&
      claims.role[page] === role &&
      (type === null || bytes[(page - 1) * PAGE] === type),
  );
}

function nth(pages: readonly number[], at: number): number {
  const page = pages[at];
  assert.ok(page !== undefined, "the shop has too few pages of this kind");
  return page;
}

async function scanBroken(damage: (copy: Buffer) => void): Promise<Walked> {
  const copy = Buffer.from(bytes);
  damage(copy);
  assert.ok(!copy.equals(bytes), "the damage changed nothing");
  const broken = join(folder, "broken.sqlite");
  writeFileSync(broken, copy);
  return walkPages(broken, pool, signal);
}

function only(walked: Walked, code: string): Observation {
  const found = walked.observations.filter((each) => each.code === code);
  const all = walked.observations.map((each) => `${each.code} ${each.description}`).join("\n");
  assert.equal(found.length, 1, `one ${code} in:\n${all}`);
  return found[0] as Observation;
}

const at = (page: number, byte = 0): number => (page - 1) * PAGE + byte;

describe("our page walker", () => {
  it("says nothing of the shop while it is sound", () => {
    assert.deepEqual(sound.observations, []);
    assert.deepEqual(sound.pages, { sound: sound.pageCount });
  });

  it("names a zeroed leaf with its table and the row ids that should lie there", async () => {
    const page = nth(pagesOf("customer", 13), 5);
    const walked = await scanBroken((copy) => copy.fill(0, at(page), at(page + 1)));
    const { location, severity, remedies } = only(walked, "sqlite.page.zeroed");
    const [from = 0, to = 0] = location.rowids ?? [];
    const text = bytes.toString("latin1", at(page), at(page + 1));
    const lost = [...text.matchAll(/customer (\d+)/g)].map(([, id]) => Number(id));
    assert.deepEqual([from, to], [Math.min(...lost), Math.max(...lost)]);
    assert.deepEqual([location.page, location.table, severity], [page, "customer", "critical"]);
    assert.ok(remedies.includes("restore-beside"));
    assert.equal(walked.pages["zeroed"], 1);
    assert.deepEqual(walked.pageMap, [{ pages: [page, page], verdict: "zeroed" }]);
  });

  it("puts neighbours of one verdict and owner together", async () => {
    const leaves = pagesOf("item", 13);
    const from = nth(leaves, 2);
    const run = [from, from + 1, from + 2].filter((page) => leaves.includes(page));
    assert.equal(run.length, 3);
    const walked = await scanBroken((copy) => copy.fill(0, at(from), at(from + 3)));
    const { location } = only(walked, "sqlite.page.zeroed");
    assert.deepEqual([location.pages, location.table], [[from, from + 2], "item"]);
  });

  it("names a page of noise by the index that it was of, and nothing but that index", async () => {
    const page = nth(pagesOf("by_name", 10), 3);
    const noise = seededRandom(7).bytes(PAGE);
    noise[0] = 99;
    const walked = await scanBroken((copy) => noise.copy(copy, at(page)));
    const { location, remedies, evidence } = only(walked, "sqlite.page.damaged");
    assert.deepEqual(location, { page, table: "customer", index: "by_name" });
    assert.match(evidence, /is no page of a table or an index/);
    assert.deepEqual(remedies, ["reindex"]);
    const serious = walked.observations.filter(({ severity }) => severity !== "low");
    assert.ok(serious.every((each) => each.location.index === "by_name"));
  });

  for (const [title, change] of [
    ["zeros", (copy: Buffer, page: number) => copy.fill(0, at(page, 512), at(page + 1))],
    [
      "noise",
      (copy: Buffer, page: number) => void seededRandom(3).bytes(512).copy(copy, at(page, 512)),
    ],
  ] as const) {
    it(`knows a torn page whose second sector is ${title}`, async () => {
      const page = nth(pagesOf("customer", 13), 9);
      const walked = await scanBroken((copy) => void change(copy, page));
      const { location, evidence } = only(walked, "sqlite.page.torn");
      assert.deepEqual([location.page, location.table], [page, "customer"]);
      assert.match(evidence, /from byte 512 on/);
      assert.equal(walked.pages["torn"], 1);
    });
  }

  it("sees that two leaves of different tables have changed places", async () => {
    const one = nth(pagesOf("customer", 13), 4);
    const other = nth(pagesOf("item", 13), 3);
    const walked = await scanBroken((copy) => {
      bytes.copy(copy, at(one), at(other), at(other + 1));
      bytes.copy(copy, at(other), at(one), at(one + 1));
    });
    const misplaced = walked.observations.filter(({ code }) =>
      ["sqlite.page.order", "sqlite.page.foreign"].includes(code),
    );
    const places = misplaced.map(({ location }) => `${location.table} ${location.page}`);
    assert.deepEqual(places.toSorted(), [`customer ${one}`, `item ${other}`].toSorted());
    assert.equal(walked.pages["misplaced"], 2);
  });

  it("sees records of one table in another although their row ids fit", async () => {
    const item = nth(pagesOf("item", 13), 0);
    const customer = nth(pagesOf("customer", 13), 0);
    const walked = await scanBroken((copy) =>
      bytes.copy(copy, at(item), at(customer), at(customer + 1)),
    );
    // The first leaf of customers has fewer rows than that of items: only the columns betray it.
    const { location } = only(walked, "sqlite.page.foreign");
    assert.deepEqual([location.page, location.table], [item, "item"]);
  });

  it("names the rows below a child pointer that leads beyond the end", async () => {
    const interior = nth(pagesOf("customer", 5), 0);
    const walked = await scanBroken((copy) => copy.writeUInt32BE(1 << 30, at(interior, 8)));
    const { location, description } = only(walked, "sqlite.tree.child");
    assert.equal(location.page, interior);
    assert.match(description, /row ids from \d+ on cannot be reached/);
    // The leaf that it led to is nobody's now, and its row ids tell whose it was.
    const orphan = only(walked, "sqlite.page.orphaned");
    assert.equal(orphan.location.table, "customer");
  });

  it("finds a page that two trees claim", async () => {
    const interior = nth(pagesOf("customer", 5), 0);
    const stolen = nth(pagesOf("item", 13), 1);
    const walked = await scanBroken((copy) => copy.writeUInt32BE(stolen, at(interior, 8)));
    const { location, description } = only(walked, "sqlite.page.shared");
    assert.equal(location.page, stolen);
    assert.match(description, /table "item".*table "customer"|table "customer".*table "item"/);
  });

  it("ends where a tree leads back to its own root", async () => {
    const interior = nth(pagesOf("customer", 5), 0);
    const walked = await scanBroken((copy) => copy.writeUInt32BE(interior, at(interior, 8)));
    assert.equal(only(walked, "sqlite.page.shared").location.table, "customer");
  });

  it("names the row whose long value is broken off", async () => {
    const overflow = pagesOf("letter", null, Role.overflow);
    const page = nth(overflow, 2);
    const walked = await scanBroken((copy) => copy.writeUInt32BE(0x7fffffff, at(page)));
    const { location, description } = only(walked, "sqlite.overflow.chain");
    assert.deepEqual([location.page, location.table, location.rowids], [page, "letter", [1, 1]]);
    assert.match(
      description,
      /needs 4 more pages; after 3 of them page \d+ leads to page 2147483647, which is not there/,
    );
  });

  for (const [title, change, flaw] of [
    ["a cell pointer", (copy: Buffer, page: number) => copy.writeUInt16BE(3, at(page, 10)), /cell/],
    [
      "the number of cells",
      (copy: Buffer, page: number) => copy.writeUInt16BE(9999, at(page, 3)),
      /9999 cells/,
    ],
    [
      "the start of the content",
      (copy: Buffer, page: number) => copy.writeUInt16BE(9, at(page, 5)),
      /byte 9/,
    ],
    [
      "the first free block",
      (copy: Buffer, page: number) => copy.writeUInt16BE(5, at(page, 1)),
      /free block/,
    ],
    [
      "the count of fragments",
      (copy: Buffer, page: number) => copy.writeUInt8(77, at(page, 7)),
      /belong to no cell/,
    ],
    [
      "a record's header",
      (copy: Buffer, page: number) => copy.writeUInt8(119, lastCell(copy, page) + 3),
      /record header/,
    ],
  ] as const) {
    it(`finds a page of which ${title} is wrong`, async () => {
      const page = nth(pagesOf("customer", 13), 7);
      const walked = await scanBroken((copy) => change(copy, page));
      const { location, evidence } = only(walked, "sqlite.page.damaged");
      assert.deepEqual([location.page, location.table], [page, "customer"]);
      assert.match(evidence, flaw);
    });
  }

  it("finds a freelist that leads nowhere, and what hangs on it", async () => {
    const trunk = bytes.readUInt32BE(32);
    const walked = await scanBroken((copy) => copy.writeUInt32BE(0xfffffff0, at(trunk)));
    assert.equal(only(walked, "sqlite.freelist.chain").location.page, trunk);
  });

  it("finds free pages that the header miscounts", async () => {
    const walked = await scanBroken((copy) => copy.writeUInt32BE(copy.readUInt32BE(36) + 1, 36));
    assert.equal(only(walked, "sqlite.freelist.count").severity, "medium");
  });

  it("finds a live page on the freelist", async () => {
    const trunk = bytes.readUInt32BE(32);
    const live = nth(pagesOf("customer", 13), 1);
    const walked = await scanBroken((copy) => copy.writeUInt32BE(live, at(trunk, 8)));
    const { location, severity } = only(walked, "sqlite.page.shared");
    assert.deepEqual([location.page, severity], [live, "critical"]);
  });

  it("finds an entry of the pointer map that is wrong", async () => {
    const leaf = nth(pagesOf("customer", 13), 2);
    const walked = await scanBroken((copy) => {
      copy.writeUInt32BE(1, at(2, 5 * (leaf - 3) + 1));
    });
    const { location, description } = only(walked, "sqlite.pointer-map.entry");
    assert.equal(location.page, 2);
    assert.match(description, new RegExp(`first page ${leaf}$`));
  });

  it("finds an index with fewer entries than its table has rows", async () => {
    const leaf = nth(pagesOf("by_name", 10), 2);
    const walked = await scanBroken((copy) => dropLastCell(copy, leaf));
    const { location, remedies } = only(walked, "sqlite.index.entries");
    assert.deepEqual(location, { table: "customer", index: "by_name" });
    assert.deepEqual(remedies, ["reindex"]);
  });

  it("names text that is no UTF-8, and calls it low", async () => {
    const place = bytes.indexOf("note of 1234");
    const walked = await scanBroken((copy) => copy.writeUInt8(0xff, place));
    const { location, severity } = only(walked, "sqlite.text.encoding");
    assert.deepEqual(
      [location.table, location.rowids, severity],
      ["customer", [1234, 1234], "low"],
    );
    assert.equal(walked.observations.length, 1);
  });

  it("names a long text that is no UTF-8 on one of its overflow pages", async () => {
    const page = nth(pagesOf("letter", null, Role.overflow), 9);
    const walked = await scanBroken((copy) => copy.writeUInt8(0xff, at(page, 500)));
    const { location } = only(walked, "sqlite.text.encoding");
    assert.deepEqual([location.table, location.rowids], ["letter", [3, 3]]);
    assert.equal(walked.observations.length, 1);
  });

  it("finds a table whose root page is not there", async () => {
    const walked = await scanBroken((copy) => {
      const sql = copy.indexOf("setting", at(1));
      const root = copy.indexOf("CREATE TABLE setting", sql) - 1;
      copy.writeUInt8(0x7f, root);
    });
    const named = walked.observations.filter(({ location }) => location.table === "setting");
    assert.ok(named.length > 0);
  });

  it("still walks all pages when the first one is lost, and says what they look like", async () => {
    const walked = await scanBroken((copy) => copy.fill(0, 0, PAGE));
    assert.equal(walked.pageCount, sound.pageCount);
    assert.equal(only(walked, "sqlite.page.zeroed").location.table, "sqlite_schema");
    assert.ok(walked.observations.some(({ code }) => code === "sqlite.page.orphaned"));
  });

  it("keeps to a thousand observations and counts the rest", async () => {
    const leaves = pagesOf("customer", 13);
    const every = leaves.filter((_, index) => index % 2 === 0);
    assert.ok(every.length > 50, "too few to be told together");
    const walked = await scanBroken((copy) => {
      for (const page of every) copy.writeUInt8(77, at(page, 7));
    });
    const damaged = walked.observations.filter(({ code }) => code === "sqlite.page.damaged");
    assert.equal(damaged.length, 51);
    assert.match(
      damaged.at(-1)?.description ?? "",
      new RegExp(`^${every.length - 50} more places`),
    );
    assert.equal(walked.pages["damaged"], every.length);
  });
});

function lastCell(copy: Buffer, page: number): number {
  return at(page, copy.readUInt16BE(at(page, 5)));
}

/** As the engine would: one cell less, its bytes a free block. */
function dropLastCell(copy: Buffer, page: number): void {
  const cells = copy.readUInt16BE(at(page, 3));
  const cell = copy.readUInt16BE(at(page, 8 + 2 * (cells - 1)));
  const size = 1 + copy.readUInt8(at(page, cell));
  copy.writeUInt16BE(cells - 1, at(page, 3));
  copy.writeUInt16BE(copy.readUInt16BE(at(page, 1)), at(page, cell));
  copy.writeUInt16BE(size, at(page, cell + 2));
  copy.writeUInt16BE(cell, at(page, 1));
}
