import { rmSync } from "node:fs";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";

import fc from "fast-check";

import { quote } from "./engine-rows.ts";

/** A database by chance: its schema as SQL, and what is put into each table. */
export interface RandomDatabase {
  readonly pageSize: number;
  readonly encoding: string;
  readonly tables: readonly RandomTable[];
}

interface RandomTable {
  readonly columns: readonly RandomColumn[];
  readonly key: "none" | "first" | "first-desc" | "table" | "without-rowid";
  readonly keyColumns: readonly number[];
  readonly unique: readonly number[];
  readonly strict: boolean;
  readonly rows: readonly (readonly Cell[])[];
  readonly late: readonly { readonly type: string; readonly default: string }[];
  readonly lateRows: readonly (readonly Cell[])[];
}

interface RandomColumn {
  readonly name: string;
  readonly type: string;
  readonly strictType: string;
  readonly constraints: string;
  readonly generated: string;
}

interface Cell {
  readonly value: SQLInputValue;
  /** Bytes go in as text, whether or not they are any. */
  readonly asText: boolean;
}

const COLUMNS_MAX = 8;
const NAMES = ["a", "B", "c d", 'e"f', "größe", "表", "select", "x'y"];
const TYPES = [
  "INTEGER INT TEXT REAL BLOB NUMERIC BOOLEAN CHARINT DATETIME varchar(10) any".split(" "),
  ["", "DOUBLE PRECISION", "FLOATING POINT", "decimal( 10 , 2 )", "unsigned big int"],
].flat();
const STRICT_TYPES = ["INT", "INTEGER", "REAL", "TEXT", "BLOB", "ANY"];
const CONSTRAINTS = [
  ["", "", "", "NOT NULL", "UNIQUE", "COLLATE NOCASE", "collate rtrim unique"],
  ["DEFAULT 7", "default (-1.5)", "CHECK (1)", "CONSTRAINT n NOT NULL ON CONFLICT IGNORE"],
].flat();
const DEFAULTS = [
  ["1", "-1", "1.0", "-2.50", "'text'", "'12'", "' 1e2 '", "x'00ff'", "NULL", "TRUE", "0x7f"],
  ["(3)", "+4", "9223372036854775807", "9223372036854775808", "1e3", "''", "(-(5))", "'ä表'"],
].flat();

const integer = fc.oneof(
  fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }),
  fc.bigInt({ min: -3n, max: 3n }),
  fc
    .tuple(fc.constantFrom(7n, 8n, 15n, 23n, 31n, 47n, 53n, 62n), fc.bigInt({ min: -2n, max: 2n }))
    .map(([shift, by]) => (1n << shift) + by),
);

const cell: fc.Arbitrary<Cell> = fc.oneof(
  fc.constant({ value: null, asText: false }),
  integer.map((value) => ({ value, asText: false })),
  integer.map((value) => ({ value: Number(value), asText: false })),
  fc.double().map((value) => ({ value, asText: false })),
  fc.string({ unit: "binary" }).map((value) => ({ value, asText: false })),
  integer.map((value) => ({ value: String(value), asText: false })),
  fc.uint8Array({ maxLength: 40 }).map((value) => ({ value, asText: false })),
  fc.uint8Array({ maxLength: 40 }).map((value) => ({ value, asText: true })),
  fc.nat({ max: 9000 }).map((length) => ({ value: "y".repeat(length), asText: false })),
);

const rows = fc.array(fc.array(cell, { minLength: 10, maxLength: 10 }), { maxLength: 12 });

const table: fc.Arbitrary<RandomTable> = fc.record({
  columns: fc.array(
    fc.record({
      name: fc.constant(""),
      type: fc.constantFrom(...TYPES),
      strictType: fc.constantFrom(...STRICT_TYPES),
      constraints: fc.constantFrom(...CONSTRAINTS),
      generated: fc.constantFrom("", "", "", "", "VIRTUAL", "STORED"),
    }),
    { minLength: 1, maxLength: COLUMNS_MAX },
  ),
  key: fc.constantFrom("none", "first", "first-desc", "table", "without-rowid"),
  keyColumns: fc.array(fc.nat({ max: 2 }), { minLength: 1, maxLength: 3 }),
  unique: fc.array(fc.nat({ max: COLUMNS_MAX - 1 }), { maxLength: 2 }),
  strict: fc.boolean(),
  rows,
  late: fc.array(
    fc.record({ type: fc.constantFrom(...TYPES), default: fc.constantFrom(...DEFAULTS) }),
    { maxLength: 3 },
  ),
  lateRows: rows,
});

/** Databases with a few tables of any kind, with any values, some added to later. */
export const randomDatabase: fc.Arbitrary<RandomDatabase> = fc.record({
  pageSize: fc.constantFrom(512, 1024, 4096, 65_536),
  encoding: fc.constantFrom("UTF-8", "UTF-16le", "UTF-16be"),
  tables: fc.array(table, { minLength: 1, maxLength: 3 }),
});

/** Makes the database; what the engine refuses (a type, a constraint) is left out. */
export function buildRandom(path: string, random: RandomDatabase): void {
  rmSync(path, { force: true });
  const database = new DatabaseSync(path);
  try {
    database.exec(`PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY;
      PRAGMA page_size = ${random.pageSize}; PRAGMA encoding = '${random.encoding}'`);
    random.tables.forEach((each, index) => buildTable(database, `table ${index}`, each));
  } finally {
    database.close();
  }
}

function buildTable(database: DatabaseSync, name: string, random: RandomTable): void {
  const { sql, inserted } = createTable(name, random);
  if (!attempt(() => database.exec(sql))) return;
  insert(database, name, inserted, random.rows);
  const late = random.late.map(({ type, default: value }, index) => {
    const column = `late ${index}`;
    const declared = random.strict ? "ANY" : type;
    const add = `ALTER TABLE ${quote(name)} ADD COLUMN ${quote(column)} ${declared} DEFAULT ${value}`;
    return attempt(() => database.exec(add)) ? [column] : [];
  });
  insert(database, name, [...inserted, ...late.flat().slice(1)], random.lateRows);
}

function createTable(
  name: string,
  { columns, key, keyColumns, unique, strict }: RandomTable,
): { sql: string; inserted: readonly string[] } {
  const isKey = (at: number): boolean => key !== "none" && keyColumns.includes(at);
  const inserted: string[] = [];
  const lines = columns.map((column, at) => {
    const title = NAMES[at] ?? "";
    const type = strict ? column.strictType : column.type;
    const first = at === 0 && key === "first" ? "PRIMARY KEY" : "";
    const descending = at === 0 && key === "first-desc" ? "primary key DESC" : "";
    const isGenerated = column.generated !== "" && at > 0 && !isKey(at);
    if (!isGenerated) inserted.push(title);
    const rest = isGenerated
      ? `AS (${quote(NAMES[0] ?? "")} || 'x') ${column.generated}`
      : `${first}${descending} ${column.constraints}`;
    return `${quote(title)} ${type} ${rest}`;
  });
  const members = keyColumns.map((at) => quote(NAMES[at % columns.length] ?? ""));
  if (key === "table" || key === "without-rowid")
    lines.push(`PRIMARY KEY (${members.join(" DESC, ")})`);
  if (unique.length > 0)
    lines.push(
      `UNIQUE (${unique.map((at) => quote(NAMES[at % columns.length] ?? "")).join(", ")})`,
    );
  const options = [strict ? "STRICT" : "", key === "without-rowid" ? "WITHOUT ROWID" : ""];
  const sql = `CREATE TABLE ${quote(name)} (${lines.join(", /* , */\n")}) ${options.filter(Boolean).join(", ")}`;
  return { sql, inserted };
}

function insert(
  database: DatabaseSync,
  name: string,
  columns: readonly string[],
  content: readonly (readonly Cell[])[],
): void {
  for (const row of content) {
    const cells = columns.map((_, at): Cell => row[at] ?? { value: null, asText: false });
    const places = cells.map(({ asText }) => (asText ? "CAST(? AS TEXT)" : "?")).join(", ");
    const list = columns.map(quote).join(", ");
    attempt(() => {
      database
        .prepare(`INSERT INTO ${quote(name)} (${list}) VALUES (${places})`)
        .run(...cells.map(({ value }) => value));
    });
  }
}

/** What the engine refuses is no specimen. */
function attempt(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
