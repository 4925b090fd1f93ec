import type { DatabaseSync, StatementSync } from "node:sqlite";

import { canonicalExact, type ExactJson } from "../values/exact.ts";
import { flatten, type Cell } from "./flatten.ts";

/** SQLite takes 2,000; the rest of a document's fields is in `_document` alone. */
const COLUMNS_MAX = 1_000;
/** Where a document lies, and all of it. */
const OWN = ["_path", "_index", "_document"];

/** One collection as a table that gets its columns as documents bring them. */
export class TableWriter {
  readonly #database: DatabaseSync;
  readonly #table: string;
  /** Column by the fields that lead to it. */
  readonly #columns = new Map<string, string>();
  readonly #taken = new Set(OWN);
  /** Statements by the columns that they fill. */
  readonly #inserts = new Map<string, StatementSync>();

  constructor(database: DatabaseSync, collection: string) {
    this.#database = database;
    this.#table = quoted(collection);
    database.exec(`CREATE TABLE ${this.#table}(_path TEXT, _index, _document TEXT)`);
  }

  add(path: string, index: string | number | null, document: ExactJson): void {
    const names = [...OWN];
    const cells: Cell[] = [path, index, canonicalExact(document)];
    for (const { steps, cell } of flatten(document)) {
      const column = this.#column(steps);
      if (column === null) continue;
      names.push(column);
      cells.push(cell);
    }
    this.#insert(names).run(...cells);
  }

  /** Of two fields that come to the same name the later one gets a number: `name_2`. */
  #column(steps: readonly string[]): string | null {
    const field = JSON.stringify(steps);
    const known = this.#columns.get(field);
    if (known !== undefined) return known;
    if (this.#columns.size >= COLUMNS_MAX) return null;
    const plain = steps.join("_").replaceAll("\0", "");
    let name = plain === "" ? "_" : plain;
    for (let number = 2; this.#taken.has(name.toLowerCase()); number++) name = `${plain}_${number}`;
    this.#taken.add(name.toLowerCase());
    this.#columns.set(field, name);
    this.#database.exec(`ALTER TABLE ${this.#table} ADD COLUMN ${quoted(name)}`);
    return name;
  }

  #insert(names: readonly string[]): StatementSync {
    const shape = names.join("\0");
    const known = this.#inserts.get(shape);
    if (known !== undefined) return known;
    if (this.#inserts.size >= COLUMNS_MAX) this.#inserts.clear();
    const marks = names.map(() => "?").join(", ");
    const statement = this.#database.prepare(
      `INSERT INTO ${this.#table}(${names.map(quoted).join(", ")}) VALUES (${marks})`,
    );
    this.#inserts.set(shape, statement);
    return statement;
  }

  /** Columns that are declared are there even if no document has them. */
  declare(fields: readonly string[]): void {
    for (const field of fields) this.#column(field.split("."));
  }
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
