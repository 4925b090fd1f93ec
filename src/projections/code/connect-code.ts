import { NumberText } from "../../core/json-number.ts";
import type { LogEvent } from "../../stores/events.ts";
import type { ApplyEvent } from "../compiled.ts";
import type { StateTable } from "../state-table.ts";
import type { ProjectionTable } from "../types.ts";
import { Refusal, type SqlRow } from "../values/sql-value.ts";
import type { Bridge, BridgedTable, Inside } from "./bridge.ts";
import { placeIn } from "./invalid.ts";

/** Joins the handlers inside to tables outside. */
export function connectCode(
  inside: Inside,
  definitions: Readonly<Record<string, ProjectionTable>>,
): (tables: ReadonlyMap<string, StateTable>) => ApplyEvent {
  return (tables) => {
    const trouble: unknown[] = [];
    const bridge = bridgeTo([...tables.values()], trouble);
    const apply = inside.connect(bridge, JSON.stringify(bridged(definitions)));
    return (event: LogEvent) => {
      const problem = apply(event);
      // The handler may have caught what it was told; the build may not.
      if (trouble.length > 0) throw trouble[0];
      if (problem !== null) throw new Refusal(shortened(problem));
    };
  };
}

function bridged(definitions: Readonly<Record<string, ProjectionTable>>): readonly BridgedTable[] {
  return Object.entries(definitions).map(([name, { key, columns }]) => ({
    name,
    key,
    columns: Object.entries(columns),
  }));
}

function bridgeTo(tables: readonly StateTable[], trouble: unknown[]): Bridge {
  /** Nothing that is thrown out here may be seen in there. */
  const asked = <Answer>(number: number, ask: (table: StateTable) => Answer): Answer | string => {
    try {
      const table = tables[number];
      return table === undefined ? "there is no such table" : ask(table);
    } catch (error) {
      if (error instanceof Refusal) return error.message;
      if (error instanceof Error && !isOverflow(error)) trouble.push(error);
      return "the state could not be reached";
    }
  };
  return {
    get: (number, key) => asked(number, (table) => table.get(keyOf(table, key))),
    put: (number, row) => asked(number, (table) => (table.put(rowOf(table, row)), null)),
    delete: (number, given) =>
      asked(number, (table) => {
        const key = keyOf(table, given);
        const isThere = table.get(key) !== null;
        if (isThere) table.delete(key);
        return isThere;
      }),
    isNumberText: (value) => value instanceof NumberText,
  };
}

/** A handler that calls itself for ever may be out here when the stack ends. */
function isOverflow(error: Error): boolean {
  return error instanceof RangeError && error.message.includes("call stack");
}

function keyOf(table: StateTable, given: readonly unknown[]): SqlRow {
  return table.key.map((place, at) => columnOf(table, place, given[at]));
}

function rowOf(table: StateTable, given: readonly unknown[]): SqlRow {
  return table.columns.map((_, place) => columnOf(table, place, given[place]));
}

function columnOf(table: StateTable, place: number, value: unknown): SqlRow[number] {
  const column = table.columns[place] ?? "";
  try {
    const found = table.toColumn[place]?.(value) ?? null;
    if (found !== null || !table.key.includes(place)) return found;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(`${table.name}.${column}: ${error.message}`);
  }
  throw new Refusal(`${table.name}.${column} is missing, and is part of the key`);
}

/** The message, and the place in the module; the frames of Salvor's own are of no use. */
function shortened(problem: string): string {
  const [message = "", ...stack] = problem.split("\n");
  const place = placeIn(stack.join("\n"));
  return place === null ? message : `${message} (${place.path}:${place.line})`;
}
