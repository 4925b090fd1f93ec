import { count } from "../../core/text.ts";
import { ENTRIES_MAX } from "../words.ts";

/** A table of cells that are Markdown already; `right` names the columns that hold numbers. */
export function* table(
  names: readonly string[],
  rows: Iterable<readonly string[]>,
  right: readonly number[] = [],
): Generator<string> {
  yield row(names);
  yield row(names.map((_, column) => (right.includes(column) ? "--:" : "---")));
  for (const cells of rows) yield row(cells);
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** A list of any length: its first entries, and how many there are beside them. */
export function* longList<T>(
  entries: readonly T[],
  list: (entries: readonly T[]) => Iterable<string>,
): Generator<string> {
  yield* list(entries.slice(0, ENTRIES_MAX));
  const rest = entries.length - ENTRIES_MAX;
  if (rest > 0) yield* ["", `And ${count(rest)} more: the JSON report has all of them.`];
}

/** `- name: value` for each; those without a value are left out. */
export function* terms(
  entries: readonly (readonly [name: string, value: string | null])[],
  indent = "",
): Generator<string> {
  for (const [name, value] of entries) {
    if (value !== null && value !== "") yield `${indent}- ${name}: ${value}`;
  }
}
