import type { DatabaseSync } from "node:sqlite";

import type { TextEncoding } from "../../../receipts/show.ts";
import type { AmendedCollection } from "../../amended-collection.ts";
import { eachKey, shownKey } from "./row-keys.ts";
import type { Hopeless, Target } from "./targets.ts";

const KEYS_MAX = 1000;

/** What is known of one table beyond its rows. */
export interface ReportFacts {
  readonly encoding: TextEncoding;
  /** What else of it could not be made again. */
  readonly notes: readonly string[];
  readonly forgotten: number;
}

/** What became of one table's missing rows. */
export function reportOf(
  database: DatabaseSync,
  target: Target,
  { encoding, notes, forgotten }: ReportFacts,
): AmendedCollection {
  const { name, created } = target;
  const rows = (where: string) =>
    eachKey(database, target, where)
      .take(KEYS_MAX)
      .map(({ key, refused }) => ({ key: shownKey(target, key, encoding), reason: refused ?? "" }))
      .toArray();
  const refused = [
    ...notes.map((reason) => ({ key: null, reason })),
    ...rows("c.refused NOT NULL"),
  ];
  return {
    name,
    created,
    back: count(database, target, "refused IS NULL"),
    keys: rows("c.refused IS NULL").map(({ key }) => key),
    refused: refused.slice(0, KEYS_MAX),
    refusedTotal: notes.length + count(database, target, "refused NOT NULL"),
    forgotten,
  };
}

function count(database: DatabaseSync, { missing }: Target, where: string): number {
  const row = database.prepare(`SELECT count(*) AS rows FROM ${missing} WHERE ${where}`).get();
  return Number(row?.["rows"]);
}

/** A collection that could not even be looked at. */
export function hopelessCollection({ name, reason }: Hopeless): AmendedCollection {
  const refused = [{ key: null, reason }];
  return { name, created: false, back: 0, keys: [], refused, refusedTotal: 1, forgotten: 0 };
}
