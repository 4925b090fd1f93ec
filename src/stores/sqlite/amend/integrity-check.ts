import type { DatabaseSync } from "node:sqlite";

import { SalvorError } from "../../../core/errors.ts";
import { isLack } from "./lack.ts";

/**
 * Lets the engine check tables with their indexes, as the open transaction sees them.
 *
 * @throws {SalvorError} STORE_DAMAGED with what it found.
 */
export function requireSound(
  database: DatabaseSync,
  path: string,
  tables: readonly string[],
): void {
  for (const table of tables) {
    const [complaint] = complaintsOf(database, table);
    if (complaint === undefined) continue;
    throw new SalvorError("STORE_DAMAGED", `table ${table} of ${path} is damaged: ${complaint}`, {
      hint: 'Nothing was changed. Run "salvor scan", then "salvor recover" with a snapshot.',
    });
  }
}

function complaintsOf(database: DatabaseSync, table: string): readonly string[] {
  try {
    const name = `'${table.replaceAll("'", "''")}'`;
    const rows = database.prepare(`PRAGMA main.integrity_check(${name})`).all();
    return rows.map((row) => String(row["integrity_check"])).filter((each) => each !== "ok");
  } catch (error) {
    if (isLack(error)) return []; // what the engine cannot run here, it cannot check
    throw error;
  }
}
