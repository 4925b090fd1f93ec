import { readFileSync, writeFileSync, existsSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

import type { Random } from "../support/random.ts";
import type { Situation, Victim } from "./types.ts";

// A small shop with many small pages: tables with integer keys, with other keys, without any and
// without row ids, texts that spill over, a free list, indexes, a reference, a trigger.

/** Small, so that a small shop has many pages. */
export const PAGE_SIZE = 1024;

const SCHEMA = `
CREATE TABLE customer (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, email TEXT UNIQUE);
CREATE TABLE product (id INTEGER PRIMARY KEY, sku TEXT NOT NULL, price REAL, picture BLOB);
CREATE TABLE sale (id INTEGER PRIMARY KEY, customer INTEGER NOT NULL REFERENCES customer (id),
  product INTEGER NOT NULL REFERENCES product (id), amount INTEGER NOT NULL CHECK (amount > 0));
CREATE TABLE stock (place TEXT, product INTEGER, count INTEGER, PRIMARY KEY (place, product)) WITHOUT ROWID;
CREATE TABLE note (at TEXT, text TEXT);
CREATE TABLE history (what TEXT, old TEXT, new TEXT);
CREATE TABLE bulk (id INTEGER PRIMARY KEY, filling BLOB);
CREATE INDEX product_by_sku ON product (sku);
CREATE INDEX sale_by_customer ON sale (customer, amount);
CREATE VIEW dear AS SELECT sku FROM product WHERE price > 50;
CREATE TRIGGER renamed AFTER UPDATE OF name ON customer BEGIN
  INSERT INTO history VALUES ('customer', old.name, new.name); END;
`;

/** Builds the shop with its first commits, and answers what its files held on the way. */
export function buildShop(path: string, situation: Situation, random: Random): Victim {
  const database = new DatabaseSync(path);
  database.exec(`PRAGMA page_size = ${PAGE_SIZE}; PRAGMA synchronous = OFF;`);
  if (situation.startsWith("wal")) {
    database.exec("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;");
  }
  database.exec(SCHEMA);
  fill(database, random);
  database.exec("DELETE FROM bulk");
  if (situation.startsWith("wal")) database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  trade(database, random);
  const older = readFileSync(path);
  const olderWal = existsSync(`${path}-wal`) ? readFileSync(`${path}-wal`) : null;
  if (situation.startsWith("wal")) database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  trade(database, random);
  closeAsIfKilled(database, path);
  return { path, pageSize: PAGE_SIZE, older, olderWal };
}

/** Commits more; a -wal stays as it is when a program is killed. */
export function tradeOn(path: string, random: Random): void {
  const database = new DatabaseSync(path);
  database.exec("PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 0;");
  trade(database, random);
  closeAsIfKilled(database, path);
}

/** Takes the -wal over into the database. */
export function checkpoint(path: string): void {
  const database = new DatabaseSync(path);
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
}

/** Another commit of the engine; a -wal stays as it is when a program is killed. */
export function commit(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  database.exec("PRAGMA foreign_keys = OFF; PRAGMA wal_autocheckpoint = 0;");
  database.exec(sql);
  closeAsIfKilled(database, path);
}

function fill(database: DatabaseSync, random: Random): void {
  database.exec("BEGIN");
  const customer = database.prepare("INSERT INTO customer (name, email) VALUES (?, ?)");
  for (let id = 1; id <= 150; id += 1) customer.run(`Customer ${id}`, `c${id}@example.org`);
  const product = database.prepare("INSERT INTO product VALUES (?, ?, ?, ?)");
  for (let id = 1; id <= 120; id += 1) {
    const size = id % 20 === 0 ? 5000 : random.below(60);
    product.run(id, `SKU-${id}`, random.below(10_000) / 100, random.bytes(size));
  }
  const sale = database.prepare("INSERT INTO sale VALUES (?, ?, ?, ?)");
  for (let id = 1; id <= 600; id += 1) {
    sale.run(id, 1 + random.below(150), 1 + random.below(120), 1 + random.below(9));
  }
  const stock = database.prepare("INSERT INTO stock VALUES (?, ?, ?)");
  for (const place of ["east", "west"]) {
    for (let id = 1; id <= 100; id += 1) stock.run(place, id, random.below(1000));
  }
  const note = database.prepare("INSERT INTO note VALUES (?, ?)");
  for (let id = 1; id <= 80; id += 1) {
    note.run(`2026-01-${id}`, `A note that says ${"so much ".repeat(random.below(40))}`);
  }
  const bulk = database.prepare("INSERT INTO bulk VALUES (?, ?)");
  for (let id = 1; id <= 40; id += 1) bulk.run(id, random.bytes(900));
  database.exec("COMMIT");
}

/** Three commits: rows come and change, none goes. */
function trade(database: DatabaseSync, random: Random): void {
  const sale = database.prepare("INSERT INTO sale (customer, product, amount) VALUES (?, ?, ?)");
  for (let commits = 0; commits < 3; commits += 1) {
    database.exec("BEGIN");
    for (let rows = 0; rows < 12; rows += 1) {
      sale.run(1 + random.below(150), 1 + random.below(120), 1 + random.below(9));
    }
    const change = database.prepare("UPDATE customer SET name = ? WHERE id = ?");
    change.run(`Renamed ${random.below(1_000_000)}`, 1 + random.below(150));
    const note = database.prepare("INSERT INTO note VALUES ('2026-02-01', ?)");
    note.run(`Another note of ${random.below(1_000_000)}`);
    const count = database.prepare("UPDATE stock SET count = ? WHERE product = ?");
    count.run(random.below(1000), 1 + random.below(100));
    database.exec("COMMIT");
  }
}

/** Closing would take the -wal over into the database; a killed program leaves it. */
function closeAsIfKilled(database: DatabaseSync, path: string): void {
  const wal = existsSync(`${path}-wal`) ? readFileSync(`${path}-wal`) : null;
  const bytes = readFileSync(path);
  database.close();
  if (wal === null) return;
  rmSync(`${path}-shm`, { force: true });
  writeFileSync(path, bytes);
  writeFileSync(`${path}-wal`, wal, { mode: 0o600 });
}
