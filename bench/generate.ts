import { rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { parseArgs } from "node:util";

import { seededRandom, type Random } from "../test/support/random.ts";
import { vocabulary, type Words } from "./words.ts";

// Makes a shop's database of a given size, or changes some of its rows:
//   node bench/generate.ts <file> <megabytes> [--seed n]
//   node bench/generate.ts <file> --mutate <percent> [--seed n]
// One seed always makes the same bytes with one version of SQLite.

const SCHEMA = `
CREATE TABLE customer (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, city TEXT, country TEXT,
  created_at DATETIME NOT NULL, notes TEXT
);
CREATE TABLE product (
  id INTEGER PRIMARY KEY, sku TEXT NOT NULL, title TEXT NOT NULL, description TEXT NOT NULL,
  price NUMERIC(10, 2) NOT NULL, weight REAL, image BLOB
);
CREATE TABLE "order" (
  id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customer (id),
  placed_at DATETIME NOT NULL, status TEXT NOT NULL, total NUMERIC(10, 2) NOT NULL, note TEXT
);
CREATE TABLE order_line (
  id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES "order" (id),
  product_id INTEGER NOT NULL REFERENCES product (id), quantity INTEGER NOT NULL,
  price NUMERIC(10, 2) NOT NULL, comment TEXT
);
CREATE TABLE message (
  id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customer (id),
  sent_at DATETIME NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL
);
CREATE INDEX order_by_customer ON "order" (customer_id);
CREATE INDEX line_by_order ON order_line (order_id);
`;

const STATUS = ["new", "paid", "packed", "sent", "delivered", "returned"];
const MEGABYTE = 1_000_000;

/** What a table holds: how a row of it is made, and how one is changed. */
interface Table {
  readonly name: string;
  readonly insert: string;
  readonly update: string;
  /** Rows that one round adds. */
  readonly share: number;
  row(id: number): Cells;
  change(): Cells;
}

type Cells = readonly (string | number | Buffer | null)[];

/** Writes a new database of about so many megabytes. */
export function generate(path: string, megabytes: number, seed: number): void {
  for (const ending of ["", "-wal", "-journal", "-shm"])
    rmSync(`${path}${ending}`, { force: true });
  const database = new DatabaseSync(path);
  try {
    database.exec(
      "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -200000",
    );
    database.exec(SCHEMA);
    fill(database, megabytes * MEGABYTE, seededRandom(seed));
    database.exec("PRAGMA journal_mode = WAL");
  } finally {
    database.close();
  }
}

/** Changes so many percent of the rows of every table, at random. Returns how many. */
export function mutate(path: string, percent: number, seed: number): number {
  const database = new DatabaseSync(path);
  try {
    database.exec("PRAGMA synchronous = OFF; PRAGMA cache_size = -200000; BEGIN");
    const random = seededRandom(seed);
    let changed = 0;
    for (const table of tables(random, vocabulary(random))) {
      const rows = Number(
        database.prepare(`SELECT max(id) AS n FROM "${table.name}"`).get()?.["n"],
      );
      const update = database.prepare(table.update);
      for (let left = Math.ceil((rows * percent) / 100); left > 0; left -= 1) {
        update.run(...table.change(), 1 + random.below(rows));
        changed += 1;
      }
    }
    database.exec("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
    return changed;
  } finally {
    database.close();
  }
}

function fill(database: DatabaseSync, bytesWanted: number, random: Random): void {
  const prepared = tables(random, vocabulary(random)).map((table) => ({
    table,
    insert: database.prepare(table.insert),
    id: 0,
  }));
  const size = database.prepare(
    "SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size",
  );
  database.exec("BEGIN");
  while (Number(size.get()?.["bytes"]) < bytesWanted) {
    for (const each of prepared) {
      for (let left = each.table.share; left > 0; left -= 1) {
        each.id += 1;
        each.insert.run(each.id, ...each.table.row(each.id));
      }
    }
  }
  database.exec("COMMIT");
}

function tables(random: Random, words: Words): Table[] {
  const price = (): number => random.below(100_000) / 100;
  const date = (): string =>
    new Date(Date.UTC(2015, 0, 1) + random.below(2 ** 31) * 150).toISOString().slice(0, 19);
  const maybe = <T>(value: () => T): T | null => (random.below(3) === 0 ? value() : null);
  const earlier = (id: number, ratio: number): number => 1 + random.below(Math.ceil(id * ratio));
  return [
    {
      name: "customer",
      insert: "INSERT INTO customer VALUES (?, ?, ?, ?, ?, ?, ?)",
      update: "UPDATE customer SET city = ?, notes = ? WHERE id = ?",
      share: 20,
      row: (id) => {
        const name = words.name();
        const email = `${name.toLowerCase().replace(" ", ".")}${id}@example.org`;
        const place = [words.word(), random.pick(["DE", "FR", "IT", "PL", "SE"])] as const;
        return [name, email, ...place, date(), maybe(() => words.sentence(8))];
      },
      change: () => [words.word(), words.sentence(8)],
    },
    {
      name: "product",
      insert: "INSERT INTO product VALUES (?, ?, ?, ?, ?, ?, ?)",
      update: "UPDATE product SET price = ?, description = ? WHERE id = ?",
      share: 4,
      row: (id) => [
        `SKU-${String(id).padStart(8, "0")}`,
        words.name(),
        words.sentence(40),
        price(),
        random.below(1_000_000) / 7,
        random.below(4) === 0 ? random.bytes(3000 + random.below(3000)) : null,
      ],
      change: () => [price(), words.sentence(40)],
    },
    {
      name: "order",
      insert: 'INSERT INTO "order" VALUES (?, ?, ?, ?, ?, ?)',
      update: 'UPDATE "order" SET status = ?, note = ? WHERE id = ?',
      share: 100,
      row: (id) => [
        earlier(id, 0.2),
        date(),
        random.pick(STATUS),
        price(),
        maybe(() => words.sentence(6)),
      ],
      change: () => [random.pick(STATUS), words.sentence(6)],
    },
    {
      name: "order_line",
      insert: "INSERT INTO order_line VALUES (?, ?, ?, ?, ?, ?)",
      update: "UPDATE order_line SET quantity = ?, comment = ? WHERE id = ?",
      share: 300,
      row: (id) => [
        Math.ceil(id / 3),
        earlier(id, 4 / 300),
        1 + random.below(9),
        price(),
        maybe(() => words.sentence(3)),
      ],
      change: () => [1 + random.below(9), words.sentence(3)],
    },
    {
      name: "message",
      insert: "INSERT INTO message VALUES (?, ?, ?, ?, ?)",
      update: "UPDATE message SET subject = ?, body = ? WHERE id = ?",
      share: 40,
      row: (id) => [earlier(id, 0.5), date(), words.sentence(5), words.sentence(60)],
      change: () => [words.sentence(5), words.sentence(60)],
    },
  ];
}

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { seed: { type: "string", default: "1" }, mutate: { type: "string" } },
  });
  const [path, megabytes] = positionals;
  if (path === undefined)
    throw new Error("usage: generate <file> <megabytes> | --mutate <percent>");
  const seed = Number(values.seed);
  if (values.mutate === undefined) generate(path, Number(megabytes), seed);
  else process.stdout.write(`${mutate(path, Number(values.mutate), seed)} rows changed\n`);
}

if (import.meta.main) main();
