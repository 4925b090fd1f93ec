import { DatabaseSync } from "node:sqlite";

import type { ReferenceSeal } from "../../receipts/types.ts";
import type { HostTask } from "../host/messages.ts";
import { engineError, guard } from "./engine.ts";

export interface OrphansInput {
  readonly path: string;
}

const CACHE_KIB = 65_536;

interface ForeignKey {
  readonly id: number;
  readonly from: readonly string[];
  readonly parent: string;
  readonly to: readonly string[];
}

/** Counts, for each declared foreign key of an image, the rows that point nowhere. */
export const task: HostTask<OrphansInput, readonly ReferenceSeal[]> = async ({ path }) => {
  try {
    const database = new DatabaseSync(path, { readOnly: true });
    try {
      guard(database);
      // Children look up their parents at random: with the default 2 MB it takes twice as long.
      database.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
      return tables(database)
        .flatMap((table) => sealReferences(database, table))
        .sort((a, b) => compareText(a.from, b.from) || compareText(a.to, b.to));
    } finally {
      database.close();
    }
  } catch (error) {
    throw engineError(path, error);
  }
};

function tables(database: DatabaseSync): readonly string[] {
  const rows = database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0")
    .all();
  return rows.map((row) => String(row["name"]));
}

function sealReferences(database: DatabaseSync, table: string): readonly ReferenceSeal[] {
  const keys = foreignKeys(database, table);
  if (keys.length === 0) return [];
  const orphans = countOrphans(database, table);
  return keys.map(({ id, from, parent, to }) => ({
    from: `${table}.${columnList(from)}`,
    to: to.length === 0 ? parent : `${parent}.${columnList(to)}`,
    orphans: orphans === null ? null : (orphans.get(id) ?? 0),
  }));
}

function foreignKeys(database: DatabaseSync, table: string): readonly ForeignKey[] {
  const rows = database
    .prepare("SELECT * FROM pragma_foreign_key_list(?) ORDER BY id, seq")
    .all(table);
  return [...Map.groupBy(rows, (row) => Number(row["id"]))].map(([id, members]) => ({
    id,
    from: members.map((row) => String(row["from"])),
    parent: String(members[0]?.["table"]),
    to: members.flatMap((row) => (row["to"] === null ? [] : [String(row["to"])])),
  }));
}

/** Null where the engine cannot tell: the parent's key is not unique, say. */
function countOrphans(database: DatabaseSync, table: string): ReadonlyMap<number, number> | null {
  try {
    const rows = database
      .prepare("SELECT fkid, count(*) AS orphans FROM pragma_foreign_key_check(?) GROUP BY fkid")
      .all(table);
    return new Map(rows.map((row) => [Number(row["fkid"]), Number(row["orphans"])]));
  } catch {
    return null;
  }
}

/** `column`, or `(a, b)`. */
export function columnList(names: readonly string[]): string {
  return names.length === 1 ? String(names[0]) : `(${names.join(", ")})`;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
