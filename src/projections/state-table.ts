import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";

import { quoted } from "./draft/quote.ts";
import type { ProjectionTable } from "./types.ts";
import { TO_COLUMN, type ToColumn } from "./values/column-values.ts";
import { Refusal, type SqlRow, type SqlValue } from "./values/sql-value.ts";

/** A row that is to be deleted. */
interface Gone {
  readonly key: SqlRow;
}

type Entry = SqlRow | Gone;

/**
 * One table of a state under way. Changes wait in memory until they are flushed, so that of a row
 * that changes often within a transaction only its last state is written.
 */
export class StateTable {
  readonly name: string;
  readonly columns: readonly string[];
  /** Places of the key's columns in a row. */
  readonly key: readonly number[];
  readonly toColumn: readonly ToColumn[];
  readonly #changed = new Map<string, Entry>();
  /** Rows as the database has them, and those that it has not. */
  readonly #read = new Map<string, SqlRow | null>();
  readonly #undo: [key: string, before: Entry | undefined][] = [];
  #isUndoable = false;
  readonly #put: StatementSync;
  readonly #delete: StatementSync;
  readonly #select: StatementSync;

  constructor(database: DatabaseSync, name: string, { key, columns }: ProjectionTable) {
    this.name = name;
    this.columns = Object.keys(columns);
    this.key = key.map((column) => this.columns.indexOf(column));
    this.toColumn = Object.values(columns).map((type) => TO_COLUMN[type]);
    const where = `WHERE ${key.map((column) => `${quoted(column)} = ?`).join(" AND ")}`;
    this.#put = database.prepare(putStatement(name, key, this.columns));
    this.#delete = database.prepare(`DELETE FROM ${quoted(name)} ${where}`);
    this.#select = database.prepare(
      `SELECT ${this.columns.map(quoted).join(", ")} FROM ${quoted(name)} ${where}`,
    );
    this.#select.setReturnArrays(true);
    this.#select.setReadBigInts(true);
  }

  /** The row of a key as it is now, with the changes that wait; null when there is none. */
  get(key: SqlRow): SqlRow | null {
    const text = keyText(key);
    const changed = this.#changed.get(text);
    if (changed !== undefined) return isGone(changed) ? null : changed;
    let row = this.#read.get(text);
    if (row === undefined) {
      const found = this.#select.get(...(key as SQLInputValue[])) as SqlValue[] | undefined;
      row = found?.map(compact) ?? null;
      this.#read.set(text, row);
    }
    return row;
  }

  /** Puts a whole row in its place. */
  put(row: SqlRow): void {
    const [first = 0] = this.key;
    const text = this.key.length === 1 ? partText(row[first] ?? null) : keyText(this.keyOf(row));
    this.#change(text, row);
  }

  delete(key: SqlRow): void {
    this.#change(keyText(key), { key });
  }

  /** The key's columns of a row. */
  keyOf(row: SqlRow): SqlRow {
    return this.key.map((place) => row[place] ?? null);
  }

  /** What is changed from here on can be undone until the next call; before the first, nothing. */
  mark(): void {
    this.#isUndoable = true;
    this.#undo.length = 0;
  }

  /** Takes back what was changed since the last mark. Where it is cut off, it can be begun again. */
  undo(): void {
    for (let last = this.#undo.at(-1); last !== undefined; last = this.#undo.at(-1)) {
      const [text, before] = last;
      if (before === undefined) this.#changed.delete(text);
      else this.#changed.set(text, before);
      this.#undo.pop();
    }
  }

  /** Writes what waits into the open transaction, and forgets what was read. */
  flush(): void {
    for (const entry of this.#changed.values()) {
      if (isGone(entry)) this.#delete.run(...(entry.key as SQLInputValue[]));
      else this.#put.run(...(entry as SQLInputValue[]));
    }
    this.forget();
  }

  /** Drops what waits and what was read: the database may have changed. */
  forget(): void {
    this.#changed.clear();
    this.#read.clear();
    this.#undo.length = 0;
  }

  #change(text: string, entry: Entry): void {
    if (this.#isUndoable) this.#undo.push([text, this.#changed.get(text)]);
    this.#changed.set(text, entry);
  }
}

function putStatement(name: string, key: readonly string[], columns: readonly string[]): string {
  const rest = columns.filter((column) => !key.includes(column));
  const sets = rest.map((column) => `${quoted(column)} = excluded.${quoted(column)}`);
  return (
    `INSERT INTO ${quoted(name)} (${columns.map(quoted).join(", ")}) ` +
    `VALUES (${columns.map(() => "?").join(", ")}) ON CONFLICT DO ` +
    (rest.length === 0 ? "NOTHING" : `UPDATE SET ${sets.join(", ")}`)
  );
}

function isGone(entry: Entry): entry is Gone {
  return !Array.isArray(entry);
}

/** Reading tells all whole numbers as big ones, so that none is rounded. */
function compact(value: SqlValue): SqlValue {
  if (typeof value !== "bigint") return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** One text for one key: the types of its parts are those of the columns. */
function keyText(key: SqlRow): string {
  if (key.length === 1) return partText(key[0] ?? null);
  const parts = key.map(partText);
  return parts.map((part) => `${part.length}:${part}`).join("");
}

function partText(part: SqlValue): string {
  if (typeof part === "string") return part;
  if (part === null) throw new Refusal("a part of the key is missing");
  return typeof part === "object" ? Buffer.from(part).toString("latin1") : String(part);
}
