import type { DatabaseSync, SQLOutputValue } from "node:sqlite";

import { SalvorError } from "../../../core/errors.ts";
import { parseExact, type ExactJson, type ExactObject } from "../../../core/exact-json.ts";
import type { EventLogOptions } from "../options.ts";
import { wantedMembers } from "../read/wanted-members.ts";
import { asked } from "./database.ts";

/** One row of a table of events. */
export interface EventRow {
  /** What orders it. */
  readonly place: number;
  /** Its columns; those that hold JSON parsed. */
  readonly line: ExactObject;
  /** Why it cannot be read as that; null when it can. */
  readonly trouble: string | null;
}

type Values = Readonly<Record<string, SQLOutputValue>>;

/** Reads the rows of a table of events, some at a time: no read transaction lasts. */
export class EventRows {
  readonly #database: DatabaseSync;
  readonly #path: string;
  readonly #table: string;
  readonly #order: string;
  readonly #columns: readonly string[];
  /** Those that hold JSON. */
  readonly #parsed: ReadonlySet<string>;

  constructor(database: DatabaseSync, options: EventLogOptions) {
    const { path, table = "", order } = options;
    this.#database = database;
    this.#path = path;
    this.#table = quoted(table);
    this.#order = order === undefined ? "rowid" : quoted(order);
    const there = this.#columnsThere(table);
    if (there.size === 0) throw unusable(options, `there is no table ${table}`);
    this.#columns = wantedMembers(options).filter((column) => there.has(column));
    const { id, type, data } = options.envelope;
    for (const needed of [id, type, ...(order === undefined ? [] : [order])].map(columnOf))
      if (!there.has(needed)) throw unusable(options, `${table} has no column ${needed}`);
    const dotted = Object.values(options.envelope).filter((each) => each.includes("."));
    this.#parsed = new Set([data, ...dotted].map(columnOf));
  }

  /** What the last row is ordered by; null when there is none. */
  last(): number | null {
    const found = this.#ask(
      `SELECT max(${this.#order}) AS last, sum(typeof(${this.#order}) <> 'integer') AS others FROM ${this.#table}`,
    )[0];
    if (found !== undefined && Number(found["others"]) > 0)
      throw this.#unordered("not in every row a whole number");
    return typeof found?.["last"] === "bigint" ? this.#place(found["last"]) : null;
  }

  /** The rows behind a place, at most so many, up to another one. */
  between(after: number | null, upTo: number, rowsMax: number): readonly EventRow[] {
    const from = after === null ? "" : `${this.#order} > ${after} AND `;
    const rows = this.#ask(
      `${this.#select()} WHERE ${from}${this.#order} <= ${upTo} ORDER BY ${this.#order} LIMIT ${rowsMax + 1}`,
    ).map((values) => this.#row(values));
    const twice = rows.find(({ place }, index) => place === rows[index + 1]?.place);
    if (twice !== undefined) throw this.#unordered(`twice ${twice.place}`);
    return rows.slice(0, rowsMax);
  }

  /** The row at a place; null when it is gone. */
  at(place: number): EventRow | null {
    const [found] = this.#ask(`${this.#select()} WHERE ${this.#order} = ${place}`);
    return found === undefined ? null : this.#row(found);
  }

  #select(): string {
    const columns = this.#columns.map((column, index) => `${quoted(column)} AS c${index}`);
    return `SELECT ${this.#order} AS place, ${columns.join(", ")} FROM ${this.#table}`;
  }

  #ask(text: string): readonly Values[] {
    return asked(this.#path, () => {
      const statement = this.#database.prepare(text);
      statement.setReadBigInts(true);
      return statement.all();
    });
  }

  #columnsThere(table: string): ReadonlySet<string> {
    const name = table.replaceAll("'", "''");
    const found = this.#ask(`SELECT name FROM pragma_table_xinfo('${name}')`);
    return new Set(found.map(({ name: column }) => String(column)));
  }

  #row(values: Values): EventRow {
    const line: Record<string, ExactJson> = {};
    let trouble: string | null = null;
    this.#columns.forEach((column, index) => {
      const value = jsonOf(values[`c${index}`] ?? null, this.#parsed.has(column));
      if (value === undefined)
        trouble ??= `${column} holds no ${this.#parsed.has(column) ? "JSON" : "text and no number"}`;
      else if (value !== null) line[column] = value;
    });
    return { place: this.#place(values["place"]), line, trouble };
  }

  #place(value: SQLOutputValue | undefined): number {
    const place = Number(value);
    if (!Number.isSafeInteger(place)) throw this.#unordered(`${String(place)}, which is too large`);
    return place;
  }

  #unordered(what: string): SalvorError {
    return new SalvorError("CONFIG_INVALID", `${this.#order} of ${this.#table} is ${what}`, {
      hint: 'Name a column of unique whole numbers under "order" of the log in salvor.yaml.',
    });
  }
}

/** Undefined for what JSON has no value for. */
function jsonOf(value: SQLOutputValue, isJson: boolean): ExactJson | undefined {
  if (value === null) return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }
  if (typeof value !== "string") return undefined;
  if (!isJson) return value;
  try {
    return parseExact(value);
  } catch {
    return undefined;
  }
}

function columnOf(path: string): string {
  return path.split(".")[0] ?? path;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function unusable({ path }: EventLogOptions, what: string): SalvorError {
  return new SalvorError("CONFIG_INVALID", `the events in ${path}: ${what}`, {
    hint: 'Check "table", "order" and "envelope" of the log in salvor.yaml.',
  });
}
