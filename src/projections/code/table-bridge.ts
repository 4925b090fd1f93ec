import { NumberText } from "../../core/json-number.ts";
import type { StateTable } from "../state-table.ts";
import { Refusal, type SqlRow } from "../values/sql-value.ts";
import type { Bridge } from "./bridge.ts";

/** What was asked of a table, and what it answered. */
export interface Step {
  readonly what: "delete" | "get" | "put";
  readonly table: number;
  /** A key or a row; null for one that does not fit. */
  readonly row: SqlRow | null;
  readonly answer: SqlRow | string | boolean | null;
}

/** The steps of one event. */
export interface Steps {
  readonly taken: Step[];
  isNoted: boolean;
  /** The stack has ended at one of them: which ones there are is chance then. */
  isDeep: boolean;
}

/** Joins code inside to tables outside, and notes its steps where they are wanted. */
export function bridgeTo(tables: readonly StateTable[], steps: Steps, trouble: unknown[]): Bridge {
  /** Nothing that is thrown out here may be seen in there. */
  const asked = <Answer extends Step["answer"]>(
    what: Step["what"],
    number: number,
    given: readonly unknown[],
    ask: (table: StateTable, row: SqlRow) => Answer,
  ): Answer | string => {
    let row: SqlRow | null = null;
    let answer: Answer | string;
    try {
      const table = tableAt(tables, number);
      row = what === "put" ? rowOf(table, given) : keyOf(table, given);
      answer = ask(table, row);
    } catch (error) {
      if (isOverflow(error)) steps.isDeep = true;
      else if (error instanceof Error && !(error instanceof Refusal)) trouble.push(error);
      answer = error instanceof Refusal ? error.message : UNREACHED;
    }
    if (steps.isNoted) steps.taken.push({ what, table: number, row, answer });
    return answer;
  };
  return {
    get: (number, key) => asked("get", number, key, (table, row) => table.get(row)),
    put: (number, given) => asked("put", number, given, (table, row) => (table.put(row), null)),
    delete: (number, key) =>
      asked("delete", number, key, (table, row) => {
        const isThere = table.get(row) !== null;
        if (isThere) table.delete(row);
        return isThere;
      }),
    isNumberText,
  };
}

/** Answers code inside as it was answered before, as long as it takes the same steps. */
export class StepsAgain {
  readonly bridge: Bridge;
  readonly #tables: readonly StateTable[];
  readonly #steps: Steps;
  #at = 0;
  #differs = false;

  constructor(tables: readonly StateTable[], steps: Steps) {
    this.#tables = tables;
    this.#steps = steps;
    this.bridge = {
      get: (number, key) => this.#asked("get", number, key) as SqlRow | string | null,
      put: (number, row) => this.#asked("put", number, row) as string | null,
      delete: (number, key) => this.#asked("delete", number, key) as string | boolean,
      isNumberText,
    };
  }

  begin(): void {
    this.#at = 0;
    this.#differs = false;
  }

  get isDeep(): boolean {
    return this.#steps.isDeep;
  }

  /** Has it taken all steps, and no others? */
  get isSame(): boolean {
    return !this.#differs && this.#at === this.#steps.taken.length;
  }

  #asked(what: Step["what"], number: number, given: readonly unknown[]): Step["answer"] {
    const step = this.#steps.taken[this.#at];
    this.#at += 1;
    const isSame =
      step?.what === what &&
      step.table === number &&
      isSameRow(step.row, this.#rowOf(what, number, given));
    if (isSame) return step.answer;
    this.#differs = true;
    return UNREACHED;
  }

  #rowOf(what: Step["what"], number: number, given: readonly unknown[]): SqlRow | null {
    try {
      const table = tableAt(this.#tables, number);
      return what === "put" ? rowOf(table, given) : keyOf(table, given);
    } catch (error) {
      if (isOverflow(error)) this.#steps.isDeep = true;
      return null;
    }
  }
}

const UNREACHED = "the state could not be reached";

function isNumberText(value: object): boolean {
  return value instanceof NumberText;
}

function tableAt(tables: readonly StateTable[], number: number): StateTable {
  const table = tables[number];
  if (table === undefined) throw new Refusal("there is no such table");
  return table;
}

function isSameRow(one: SqlRow | null, other: SqlRow | null): boolean {
  if (one === null || other === null) return one === other;
  for (let at = 0; at < one.length; at += 1) {
    const [value, others] = [one[at], other[at]];
    if (value === others) continue;
    if (!(value instanceof Uint8Array) || !(others instanceof Uint8Array)) return false;
    if (Buffer.compare(value, others) !== 0) return false;
  }
  return true;
}

/** A handler that calls itself for ever may be out here when the stack ends. */
function isOverflow(error: unknown): boolean {
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
