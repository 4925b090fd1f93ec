import type { DatabaseSync } from "node:sqlite";
import { setImmediate } from "node:timers/promises";

import { SalvorError } from "../../../core/errors.ts";
import type { Query } from "../../types.ts";
import { allowReadingOnly, connectVirtualTables } from "../../engine/query-authorizer.ts";

/** How many rows break each rule, in their order; null where it cannot be asked. */
export type Breaches = readonly (number | null)[];

/**
 * Asks the rules inside the open transaction, where they may read and do nothing else.
 *
 * @param progress told which rule is asked: whoever watches the clock wants to know.
 */
export async function askRules(
  database: DatabaseSync,
  rules: readonly Query[],
  progress: (asked: number, rules: number) => void,
): Promise<Breaches> {
  const found: (number | null)[] = [];
  connectVirtualTables(database);
  allowReadingOnly(database);
  try {
    for (const [place, { text }] of rules.entries()) {
      progress(place, rules.length);
      await setImmediate(); // the message leaves before this process is busy
      found.push(countRows(database, text));
    }
  } finally {
    database.setAuthorizer(null);
    progress(rules.length, rules.length);
  }
  return found;
}

function countRows(database: DatabaseSync, text: string): number | null {
  try {
    let rows = 0;
    for (const _ of database.prepare(text).iterate()) rows += 1;
    return rows;
  } catch {
    return null;
  }
}

/** RULE_BROKEN when a rule is broken more often than before. What could not be asked says nothing. */
export function refuseWorse(rules: readonly Query[], before: Breaches, after: Breaches): void {
  for (const [place, { text }] of rules.entries()) {
    const [then, now] = [before[place] ?? null, after[place] ?? null];
    if (then === null || now === null || now <= then) continue;
    const rule = `rule ${place + 1} (${text.trim().slice(0, 80)})`;
    throw new SalvorError("RULE_BROKEN", `${rule} was broken by ${then} rows, now by ${now}`, {
      hint: "Nothing was changed. Look at what would go back with --dry-run.",
    });
  }
}
