import assert from "node:assert/strict";
import { copyFileSync, rmSync } from "node:fs";
import { DatabaseSync, type SQLOutputValue } from "node:sqlite";
import { after, before, test } from "node:test";

import { openSalvor } from "../../src/app/open-salvor.ts";
import type { Salvor } from "../../src/app/types.ts";
import type { Json } from "../../src/core/json.ts";
import type { Proof } from "../../src/receipts/proof.ts";
import { memoryFolder, type TemporaryFolder } from "../support/folder.ts";
import { CONTENT, INSERTS, SCHEMA, SCHEMA_CHANGES, TYPE_CHANGES } from "./small-shop.ts";

// Goal: nothing differs without being named, and nothing is named that does not differ.
// Method: one change at a time to a small shop: every value of every table, every row, every type,
// every element of the schema. Two databases are compared, and the proof is held against the change.

let folder: TemporaryFolder;
let salvor: Salvor;
let original: string;

before(async () => {
  folder = await memoryFolder();
  salvor = await openSalvor({ need: "ignored", cwd: folder.path });
  original = folder.join("original.sqlite");
  build(original, SCHEMA + CONTENT);
});

after(async () => {
  await salvor[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

test("an untouched copy is equal", async () => {
  const { proof } = await compareAfter("SELECT 1");
  assert.equal(proof.equal, true);
});

test("every changed value of every row is named by collection and key", async () => {
  let changes = 0;
  for (const { table, key, columns, rows } of tables()) {
    for (const row of rows) {
      for (const column of columns.filter((each) => !key.includes(each))) {
        const where = key.map((each) => `${each} = ${literal(row[each])}`).join(" AND ");
        const value = `${column} = ${another(row[column])}`;
        const { proof, sql } = await compareAfter(`UPDATE ${table} SET ${value} WHERE ${where}`);
        assertOnly(proof, table, { changed: [keyOf(row, key)] }, sql);
        changes += 1;
      }
    }
  }
  assert.ok(changes >= 20, `only ${changes} changes were tried`);
});

test("every row that is gone is named, and every row that is new", async () => {
  for (const { table, key, rows } of tables()) {
    for (const row of rows) {
      const where = key.map((each) => `${each} = ${literal(row[each])}`).join(" AND ");
      const { proof, sql } = await compareAfter(`DELETE FROM ${table} WHERE ${where}`);
      assertOnly(proof, table, { missing: [keyOf(row, key)] }, sql);
    }
  }
  for (const [table, sql, key] of INSERTS) {
    const { proof } = await compareAfter(sql);
    assertOnly(proof, table, { extra: [key] }, sql);
  }
});

test("a row under another key is a row gone and a row new", async () => {
  const { proof, sql } = await compareAfter("UPDATE product SET id = 77 WHERE id = 2");
  assertOnly(proof, "product", { missing: [{ id: 2 }], extra: [{ id: 77 }] }, sql);
});

test("of rows without a key, one less of two equal ones is named by its values", async () => {
  const less = await compareAfter("DELETE FROM heap WHERE rowid = 1");
  assertOnly(less.proof, "heap", { missing: [{ a: 1, b: "twice" }] }, less.sql);
  const more = await compareAfter("INSERT INTO heap VALUES (1, 'twice')");
  assertOnly(more.proof, "heap", { extra: [{ a: 1, b: "twice" }] }, more.sql);
});

test("the same value in another type, case, form or precision is another value", async () => {
  for (const [from, to] of TYPE_CHANGES) {
    const left = folder.join("left.sqlite");
    const right = folder.join("right.sqlite");
    for (const [path, value] of [
      [left, from],
      [right, to],
    ] as const) {
      // prettier-ignore
      copyFileSync(original, path);
      build(path, `INSERT INTO loose VALUES (9, ${value})`);
    }
    const proof = await salvor.compare({ a: left, b: right });
    assertOnly(proof, "loose", { changed: [{ id: 9 }] }, `${from} -> ${to}`);
  }
});

for (const { title, from, to, names, differs } of SCHEMA_CHANGES) {
  test(`the schema: ${title} is named`, async () => {
    assert.ok(SCHEMA.includes(from), `the schema has no "${from}"`);
    const changed = folder.join("schema.sqlite");
    build(changed, SCHEMA.replace(from, to));
    const empty = folder.join("empty.sqlite");
    build(empty, SCHEMA);
    const { equal, schema } = await salvor.compare({ a: empty, b: changed });
    assert.equal(equal, false);
    assert.equal(schema.equal, false);
    const named = [
      ...schema.missing.map((element) => `missing ${element}`),
      ...schema.extra.map((element) => `extra ${element}`),
      ...schema.changed.map(({ element }) => `changed ${element}`),
    ];
    assert.deepEqual(named.toSorted(), [...names].toSorted(), JSON.stringify(schema));
    const said = schema.changed.flatMap((each) => each.differs).join("\n");
    if (differs !== undefined) assert.match(said, differs);
  });
}

interface Compared {
  readonly proof: Proof;
  readonly sql: string;
}

async function compareAfter(sql: string): Promise<Compared> {
  const changed = folder.join("changed.sqlite");
  copyFileSync(original, changed);
  build(changed, sql);
  return { proof: await salvor.compare({ a: original, b: changed }), sql };
}

/** The proof names exactly this, and nothing in any other collection, nor in the schema. */
function assertOnly(
  proof: Proof,
  table: string,
  rows: Partial<Record<"missing" | "extra" | "changed", readonly Json[]>>,
  what: string,
): void {
  assert.equal(proof.equal, false, what);
  assert.equal(proof.schema.equal, true, what);
  for (const { name, missing, extra, changed } of proof.collections) {
    const expected = { missing: [], extra: [], changed: [], ...(name === table && rows) };
    assert.deepEqual({ missing, extra, changed }, expected, `${what}: ${name}`);
  }
}

/** Nobody can write into it. */
const GENERATED = "gross";

type Cell = SQLOutputValue | undefined;
type Row = Readonly<Record<string, Cell>>;

interface TableContent {
  readonly table: string;
  readonly key: readonly string[];
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

/** What the tables with a key hold, as the engine tells it. */
function tables(): readonly TableContent[] {
  const database = new DatabaseSync(original, { readOnly: true });
  try {
    const keys = { customer: ["id"], product: ["id"], stock: ["place", "product"], loose: ["id"] };
    return Object.entries(keys).map(([table, key]) => {
      const statement = database.prepare(`SELECT * FROM ${table}`);
      const columns = statement
        .columns()
        .map(({ name }) => name)
        .filter((name) => name !== GENERATED);
      return { table, key, columns, rows: statement.all() };
    });
  } finally {
    database.close();
  }
}

function keyOf(row: Row, key: readonly string[]): Json {
  return Object.fromEntries(key.map((each) => [each, row[each] as Json]));
}

/** Another value of the same type: the smallest step away. */
function another(value: Cell): string {
  if (value === null) return "'?'";
  if (typeof value === "number") return String(value + 1);
  if (value instanceof Uint8Array) return literal(Uint8Array.from([...value, 0]));
  return literal(`${String(value)} `);
}

function literal(value: Cell): string {
  if (value === null || value === undefined) return "NULL";
  if (typeof value === "number") return String(value);
  if (value instanceof Uint8Array) return `x'${Buffer.from(value).toString("hex")}'`;
  return `'${String(value).replaceAll("'", "''")}'`;
}

/** Runs SQL on a database; one that begins with the schema begins with an empty file. */
function build(path: string, sql: string): void {
  if (sql.startsWith("\nCREATE")) rmSync(path, { force: true });
  const database = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  try {
    database.exec(`PRAGMA synchronous = OFF; ${sql}`);
  } finally {
    database.close();
  }
}
