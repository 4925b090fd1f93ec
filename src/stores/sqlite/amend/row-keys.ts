import type { DatabaseSync, SQLOutputValue } from "node:sqlite";

import type { Json } from "../../../core/json.ts";
import { writeKey, writeRecord } from "../../../receipts/canonical.ts";
import { showKey, type TextEncoding } from "../../../receipts/show.ts";
import { exactColumns, valuesOf } from "./exact-values.ts";
import { missingJoin } from "./row-sql.ts";
import type { Target } from "./targets.ts";

/** A missing row, and what receipts call it. */
export interface MissingKey {
  readonly id: number;
  /** Canonical bytes. */
  readonly key: Uint8Array;
  readonly refused: string | null;
}

/** Missing rows with their canonical keys, in the order of their numbers. */
export function* eachKey(
  database: DatabaseSync,
  target: Target,
  where: string,
): Generator<MissingKey> {
  const { key, columns } = target.source.collection;
  const isKeyed = key.length > 0;
  const statement = database.prepare(
    `SELECT c.id, c.refused, ${exactColumns(isKeyed ? key : columns)} ` +
      `FROM ${missingJoin(target)} WHERE ${where} ORDER BY c.id`,
  );
  statement.setReturnArrays(true);
  // `setReturnArrays` changes what the rows are; the types of node:sqlite do not follow.
  for (const row of statement.iterate() as unknown as Iterable<readonly SQLOutputValue[]>) {
    const [id, refused, ...rest] = row;
    const values = valuesOf(rest);
    yield {
      id: Number(id),
      key: isKeyed ? writeKey(values) : writeRecord(values),
      refused: typeof refused === "string" ? refused : null,
    };
  }
}

/** A key as JSON shows it to people. */
export function shownKey({ source }: Target, key: Uint8Array, encoding: TextEncoding): Json {
  return showKey({ ...source.collection, encoding }, key);
}

/** How the database spells its text. */
export function encodingOf(database: DatabaseSync): TextEncoding {
  const found = String(database.prepare("PRAGMA main.encoding").get()?.["encoding"]).toLowerCase();
  return found === "utf-16le" || found === "utf-16be" ? found : "utf-8";
}
