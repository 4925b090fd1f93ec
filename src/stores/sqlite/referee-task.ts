import { type DatabaseSync, type SQLOutputValue, type StatementSync } from "node:sqlite";

import { SalvorError } from "../../core/errors.ts";
import type { Digest } from "../../core/hash.ts";
import { writeKey, writeRecord } from "../../receipts/canonical.ts";
import type { TextEncoding } from "../../receipts/show.ts";
import { SortingSink } from "../../receipts/sorting-sink.ts";
import { collectionDigest } from "../../receipts/tree.ts";
import { TreeBuilder } from "../../receipts/tree-builder.ts";
import type { EntrySink, Value } from "../../receipts/types.ts";
import type { HostTask } from "../host/messages.ts";
import { engineError, openSettled } from "../engine/engine.ts";
import type { StoredTable } from "./format/types.ts";
import { RowEncoder } from "./row-encoder.ts";
import { quoted, sameName } from "./schema/names.ts";

/** The image, and what our decoder says is in it. */
export interface RefereeInput {
  readonly path: string;
  readonly tables: readonly RefereedTable[];
  readonly encoding: TextEncoding;
  readonly scratch: string;
}

/** A table, and what our decoder made of it. */
export interface RefereedTable extends StoredTable {
  readonly digest: Digest;
}

/**
 * Seals tables a second time, from the rows that the engine gives, and returns the names of those
 * that come out otherwise. It is slower than our decoder and shares only the encoding with it: where
 * both agree, neither has misread a page. Tables that the engine cannot read are not named.
 */
export const task: HostTask<RefereeInput, readonly string[]> = async (input) => {
  try {
    const database = openSettled(input.path);
    try {
      return input.tables
        .filter((table) => !agrees(database, table, input))
        .map(({ collection }) => collection.name);
    } finally {
      database.close();
    }
  } catch (error) {
    throw engineError(input.path, error);
  }
};

/** The quick way first; only where that disagrees, the one that is exact for every value. */
function agrees(database: DatabaseSync, table: RefereedTable, input: RefereeInput): boolean {
  const ways = canGoQuick(table, input) ? [quickRows, exactRows] : [exactRows];
  const digests = ways.values().map((read) => digestOf(database, table, input, read));
  return digests.some((digest, way) => digest === table.digest || isUnread(digest, way, ways));
}

/** Null from the last way: the engine cannot run this table, and has no say. */
function isUnread(digest: Digest | null, way: number, ways: readonly ReadRows[]): boolean {
  return digest === null && way === ways.length - 1;
}

type ReadRows = (database: DatabaseSync, table: StoredTable, sink: EntrySink) => void;

function digestOf(
  database: DatabaseSync,
  table: RefereedTable,
  { scratch }: RefereeInput,
  read: ReadRows,
): Digest | null {
  try {
    return sealWith(database, table, scratch, read);
  } catch (error) {
    // The quick way cannot hold integers beyond 2^53; the exact one stops at what the engine lacks.
    if (error instanceof SalvorError) throw error;
    return null;
  }
}

function sealWith(
  database: DatabaseSync,
  table: RefereedTable,
  scratch: string,
  read: ReadRows,
): Digest {
  const builder = new TreeBuilder(table.collection.name);
  if (table.isOrdered) {
    read(database, table, builder);
  } else {
    using sorter = new SortingSink(builder, { scratch });
    read(database, table, sorter);
    sorter.finish();
  }
  return collectionDigest(builder.finish());
}

/** Strings and numbers as node:sqlite shows them tell all of a value, but not in every column. */
function canGoQuick(
  { collection, definition, hasRowidKey }: StoredTable,
  input: RefereeInput,
): boolean {
  const isNumeric = (name: string): boolean => {
    const column = definition.columns.find((each) => sameName(each.name, name));
    return column !== undefined && column.affinity !== "blob" && column.affinity !== "any";
  };
  const hasPlainKey = hasRowidKey || collection.key.length === 0;
  return input.encoding === "utf-8" && hasPlainKey && collection.columns.every(isNumeric);
}

/** Numbers as numbers, text as strings: wrong for bad UTF-8, and an error beyond 2^53. */
function quickRows(database: DatabaseSync, table: StoredTable, sink: EntrySink): void {
  const { collection, definition, hasRowidKey } = table;
  const affinity = new Map(definition.columns.map(({ name, affinity: each }) => [name, each]));
  const encoder = new RowEncoder(collection.columns.map((name) => affinity.get(name) === "real"));
  const alias = hasRowidKey ? collection.columns.indexOf(collection.key[0] ?? "") : -1;
  const key = Buffer.alloc(9, 1);
  const statement = select(database, table, collection.columns.map(quoted), false);
  for (const row of rowsOf(statement)) {
    encoder.encode(row, alias);
    if (alias < 0) {
      sink.add(encoder.bytes, 0, encoder.end, encoder.bytes, 0, 0);
      continue;
    }
    const id = row[alias] as number;
    key.writeInt32BE(Math.floor(id / TWO_32), 1);
    key[1] = (key[1] as number) ^ 0x80;
    key.writeUInt32BE(id - Math.floor(id / TWO_32) * TWO_32, 5);
    sink.add(key, 0, 9, encoder.bytes, 0, encoder.end);
  }
}

const TWO_32 = 0x1_0000_0000;

/** Integers as BigInt, text as bytes, and what kind of value each is. */
function exactRows(database: DatabaseSync, table: StoredTable, sink: EntrySink): void {
  const { collection } = table;
  const columns = collection.columns.map((name) => {
    const column = quoted(name);
    const value = `CASE typeof(${column}) WHEN 'text' THEN CAST(${column} AS BLOB) ELSE ${column} END`;
    return `typeof(${column}), ${value}`;
  });
  for (const row of rowsOf(select(database, table, columns, true))) {
    const values: Value[] = [];
    for (let at = 0; at < row.length; at += 2)
      values.push(valueOf(row[at + 1], row[at] === "text"));
    addValues(table, values, sink);
  }
}

function addValues(
  { collection, hasRowidKey }: StoredTable,
  values: Value[],
  sink: EntrySink,
): void {
  const places = collection.key.map((name) => collection.columns.indexOf(name));
  const key = writeKey(places.map((at) => values[at] ?? NULL));
  if (hasRowidKey) values[places[0] ?? 0] = NULL; // the key holds it
  const row = writeRecord(values);
  if (places.length === 0) sink.add(row, 0, row.length, row, 0, 0);
  else sink.add(key, 0, key.length, row, 0, row.length);
}

const NULL: Value = { type: "null" };

function valueOf(shown: SQLOutputValue | undefined, isText: boolean): Value {
  if (shown === null || shown === undefined) return NULL;
  if (typeof shown === "bigint") return { type: "integer", value: shown };
  if (typeof shown === "number") return { type: "real", value: shown };
  const bytes = typeof shown === "string" ? Buffer.from(shown) : shown;
  return { type: isText ? "text" : "blob", bytes };
}

/** NOT INDEXED: an index may disagree with its table, and the table is what is sealed. */
function select(
  database: DatabaseSync,
  { collection, isOrdered }: StoredTable,
  columns: readonly string[],
  bigInts: boolean,
): StatementSync {
  const order = isOrdered ? ` ORDER BY ${collection.key.map(quoted).join(", ")}` : "";
  const from = `${quoted(collection.name)} NOT INDEXED`;
  const statement = database.prepare(`SELECT ${columns.join(", ")} FROM ${from}${order}`);
  statement.setReadBigInts(bigInts);
  statement.setReturnArrays(true);
  return statement;
}

function rowsOf(statement: StatementSync): Iterable<readonly SQLOutputValue[]> {
  // `setReturnArrays` changes what the rows are; the types of node:sqlite do not follow.
  return statement.iterate() as unknown as Iterable<readonly SQLOutputValue[]>;
}
