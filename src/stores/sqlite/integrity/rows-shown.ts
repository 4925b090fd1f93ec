import { quoted } from "../schema/names.ts";

const VALUE_MAX = 40;

/** SQL for a value as SQL writes it; of long ones the beginning, which is all that is ever read. */
export function shownValue(expression: string): string {
  const start = `quote(substr(${expression}, 1, ${VALUE_MAX}))`;
  return `iif(typeof(${expression}) IN ('text', 'blob'), ${start}, quote(${expression}))`;
}

/** SQL for `a=1, b='x'`: the columns of a row, by name. */
export function shownColumns(names: readonly string[], of = ""): string {
  if (names.length === 0) return "'?'";
  const terms = names.map((name) => `${literal(`${name}=`)} || ${shownValue(of + quoted(name))}`);
  return terms.join(` || ', ' || `);
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** `3 rows`, `1 row`. */
export function rowCount(count: number): string {
  return count === 1 ? "1 row" : `${count} rows`;
}
