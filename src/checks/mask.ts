import type { Observation } from "../core/finding.ts";
import type { JsonObject } from "../core/json.ts";

/** What stands in the place of a value that nobody may read. */
const MASK = "***";

/** An answer of the engine whose rows are to be shown. */
export interface ShownAnswer {
  /** The query. */
  readonly text: string;
  readonly columns: readonly string[];
  readonly rows: readonly JsonObject[];
}

/**
 * The rows with sensitive values masked. A column counts by its name (`email`, `lower(email)`); where
 * a query reads a sensitive column and gives it another name, everything in its answer is masked.
 * A view that renames columns cannot be seen through: name its columns under `sensitive` too.
 *
 * @param sensitive as `table.column`.
 */
export function maskRows(answer: ShownAnswer, sensitive: readonly string[]): readonly JsonObject[] {
  const hidden = hiddenColumns(answer, sensitive);
  if (hidden.size === 0) return answer.rows;
  return answer.rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [
        name,
        hidden.has(name) && value !== null ? MASK : value,
      ]),
    ),
  );
}

/**
 * An observation of a driver with its evidence masked where that may hold a sensitive value: where it
 * is about such a column, names it, or is about an index of its table.
 *
 * @param sensitive as `table.column`.
 */
export function maskObservation(seen: Observation, sensitive: readonly string[]): Observation {
  const { table, column = "", index } = seen.location;
  if (table === undefined || seen.evidence === "") return seen;
  const said = `${column}\n${seen.description}\n${seen.evidence}`;
  const names = sensitive.filter((each) => tableOf(each).toLowerCase() === table.toLowerCase());
  const holds = names.some((each) => index !== undefined || wordOf(columnOf(each)).test(said));
  return holds ? { ...seen, evidence: MASK } : seen;
}

function hiddenColumns(
  { text, columns }: ShownAnswer,
  sensitive: readonly string[],
): ReadonlySet<string> {
  const hidden = new Set<string>();
  const said = selected(text);
  for (const each of sensitive) {
    const word = wordOf(columnOf(each));
    const named = columns.filter((column) => word.test(column));
    for (const column of named) hidden.add(column);
    if (named.length === 0 && word.test(said)) return new Set(columns);
  }
  return hidden;
}

/** What a simple SELECT answers with; of any other query all of it. */
function selected(text: string): string {
  const isSimple = text.match(/\bselect\b/gi)?.length === 1;
  const list = /^\s*select\b([\s\S]*?)\bfrom\b/i.exec(text)?.[1];
  return isSimple && list !== undefined ? list : text;
}

/** The table of a sensitive column: what stands before the last dot, for its name may hold one. */
export function tableOf(name: string): string {
  return name.slice(0, name.lastIndexOf("."));
}

function columnOf(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

function wordOf(name: string): RegExp {
  const literal = name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(?<![\\p{L}\\p{N}_])${literal}(?![\\p{L}\\p{N}_])`, "iu");
}
