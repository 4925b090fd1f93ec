import type { DatabaseSync } from "node:sqlite";

import { messageOf, SalvorError } from "../../../core/errors.ts";
import { sqliteCode } from "../../engine/engine.ts";
import { isLack } from "./lack.ts";
import { insertRow } from "./row-sql.ts";
import { rowidName, type Target } from "./targets.ts";

const CONSTRAINT = 19;
const REASON_MAX = 200;
const PORTION = 10_000;

/** Extended codes of a key that another row has. */
const TAKEN: readonly unknown[] = [1555, 2067, 2579];
const TRIGGER = 1811;

/** Inserts the missing rows of a table, each for itself: one that is refused stops no other. */
export function insertMissing(database: DatabaseSync, target: Target): void {
  const insert = database.prepare(insertRow(target, keepsRowid(target)));
  const refuse = database.prepare(`UPDATE ${target.missing} SET refused = ? WHERE id = ?`);
  for (const id of missingIds(database, target)) {
    const reason = attempt(database, target, () => insert.run(id).changes === 1n);
    if (reason !== null) refuse.run(reason, id);
  }
}

/** Read in portions: a statement that is being read must not see what the loop changes. */
function* missingIds(database: DatabaseSync, { missing }: Target): Generator<number> {
  const next = database.prepare(
    `SELECT id FROM ${missing} WHERE refused IS NULL AND id > ? ORDER BY id LIMIT ${PORTION}`,
  );
  for (let last = 0; ;) {
    const ids = next.all(last).map(({ id }) => Number(id));
    yield* ids;
    const end = ids.at(-1);
    if (end === undefined) return;
    last = end;
  }
}

/** Row ids without a name of their own are kept where they can be. */
function keepsRowid({ live, source }: Target): boolean {
  const isUnnamed = !source.definition.withoutRowid && source.layout.keyKind !== "rowid";
  return isUnnamed && rowidName(live, source) !== null;
}

/** Why the row is refused, or null when it is in. */
function attempt(database: DatabaseSync, target: Target, insert: () => boolean): string | null {
  try {
    return insert() ? null : "a trigger of the table keeps it out";
  } catch (error) {
    if (sqliteCode(error) !== CONSTRAINT || isLack(error)) throw error;
    if (!database.isTransaction) throw rolledBack(target, error);
    return reasonOf(error);
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "errcode" in error ? error.errcode : null;
  if (TAKEN.includes(code)) return "its key is taken by other content";
  const text = messageOf(error).slice(0, REASON_MAX);
  return code === TRIGGER ? `a trigger refuses it: ${text}` : text;
}

function rolledBack({ name }: Target, cause: unknown): SalvorError {
  const message = `a trigger of ${name} rolled everything back: ${messageOf(cause)}`;
  return new SalvorError("RULE_BROKEN", message, {
    hint: "Nothing was changed. Put these rows back through the application.",
    cause,
  });
}
