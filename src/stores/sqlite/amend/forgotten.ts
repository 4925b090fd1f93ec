import { readFileSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";

import { FORGOTTEN } from "../../refusals.ts";
import { eachKey } from "./row-keys.ts";
import type { Target } from "./targets.ts";

/** Refuses the missing rows that were erased on purpose. Returns how many. */
export function refuseForgotten(database: DatabaseSync, target: Target): number {
  if (target.forget === null) return 0;
  const text = readFileSync(target.forget, "latin1");
  const keys = new Set(text.split("\n").map((line) => line.trim().toLowerCase()));
  const refuse = database.prepare(`UPDATE ${target.missing} SET refused = ? WHERE id = ?`);
  const found: number[] = [];
  for (const { id, key } of eachKey(database, target, "c.refused IS NULL")) {
    if (keys.has(Buffer.from(key).toString("hex"))) found.push(id);
  }
  for (const id of found) refuse.run(FORGOTTEN, id);
  return found.length;
}
