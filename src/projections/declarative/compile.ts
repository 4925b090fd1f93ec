import type { Json } from "../../core/json.ts";
import type { LogEvent } from "../../stores/events.ts";
import type { StateTable } from "../state-table.ts";
import type { ProjectionRule, ProjectionValue } from "../types.ts";
import { Refusal, type SqlValue } from "../values/sql-value.ts";
import { pathOf } from "./path.ts";

/** What an event of a type does to the state. Throws a Refusal when it cannot be applied. */
export type Handler = (event: LogEvent) => void;

/** Makes one handler a type of the rules of the declarative form. */
export function compileRules(
  on: Readonly<Record<string, readonly ProjectionRule[]>>,
  tables: ReadonlyMap<string, StateTable>,
): ReadonlyMap<string, Handler> {
  return new Map(
    Object.entries(on).map(([type, rules]) => [
      type,
      inOrder(rules.map((rule) => compileRule(rule, tables))),
    ]),
  );
}

function inOrder(handlers: readonly Handler[]): Handler {
  const [only, ...others] = handlers;
  if (only !== undefined && others.length === 0) return only;
  return (event) => {
    for (const each of handlers) each(event);
  };
}

function compileRule(rule: ProjectionRule, tables: ReadonlyMap<string, StateTable>): Handler {
  const name = "upsert" in rule ? rule.upsert : rule.delete;
  const table = tables.get(name);
  if (table === undefined) throw new RangeError(`a rule names ${name}, which is no table`);
  if ("upsert" in rule) return compileUpsert(table, rule.set);
  const parts = rule.key.map((value, at) => takerOf(table, table.key[at] ?? -1, value));
  return (event) => table.delete(parts.map((take) => take(event)));
}

function compileUpsert(table: StateTable, set: Readonly<Record<string, ProjectionValue>>): Handler {
  const takers = table.columns.map((column, place) => {
    const value = set[column];
    return value === undefined ? null : takerOf(table, place, value);
  });
  const all = takers.filter((take) => take !== null);
  if (all.length === takers.length) return (event) => table.put(rowOf(all, event));
  const keys = table.key.map((place) => takers[place]).filter((take) => take != null);
  return (event) => {
    const before = table.get(keys.map((take) => take(event)));
    table.put(
      takers.map((take, place) => (take === null ? (before?.[place] ?? null) : take(event))),
    );
  };
}

type Take = (event: LogEvent) => SqlValue;

function rowOf(takers: readonly Take[], event: LogEvent): SqlValue[] {
  const row: SqlValue[] = [];
  for (const take of takers) row.push(take(event));
  return row;
}

function takerOf(table: StateTable, place: number, value: ProjectionValue): Take {
  const column = table.columns[place] ?? "";
  const convert = table.toColumn[place];
  if (convert === undefined) throw new RangeError(`${table.name} has no column at ${place}`);
  const pick = pickerOf(value);
  const shown = typeof value === "string" ? value : "its value";
  const isKey = table.key.includes(place);
  return (event) => {
    const found = converted(convert, pick(event), column, shown);
    if (found === null && isKey) {
      throw new Refusal(`${shown} is missing, and "${column}" is part of the key of ${table.name}`);
    }
    return found;
  };
}

function converted(
  convert: (value: unknown) => SqlValue,
  value: unknown,
  column: string,
  shown: string,
): SqlValue {
  try {
    return convert(value);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(`${shown} does not fit the column "${column}": ${error.message}`);
  }
}

function pickerOf(value: ProjectionValue): (event: LogEvent) => unknown {
  if (typeof value !== "string") {
    const fixed: Json = value.value;
    return () => fixed;
  }
  const pick = pathOf(value);
  if (pick === null) throw new RangeError(`${value} is no path of an event`);
  return pick;
}
