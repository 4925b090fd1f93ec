import { messageOf } from "../../../core/errors.ts";
import type { Breach } from "./rules.ts";

/** A rule that the engine cannot check, for want of a function or collation of the application's. */
export function unchecked(
  { table, column, index }: Pick<Breach, "table" | "column" | "index">,
  error: unknown,
): Breach {
  const rule = index ?? column;
  return {
    code: "sqlite.rule.unchecked",
    table,
    column,
    index,
    description: `${rule === null ? "the rules" : `the rule ${rule}`} of ${table} could not be checked: ${messageOf(error)}`,
    evidence: messageOf(error),
  };
}
