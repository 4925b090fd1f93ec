import fc from "fast-check";

import { TreeBuilder } from "../../src/receipts/tree-builder.ts";
import type { Entry, EntrySink, Tree, Value } from "../../src/receipts/types.ts";

// What tests of receipts share: values that find mistakes, and short ways to say things.

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 12 }),
  fc.array(fc.constantFrom(0, 1, 254, 255), { maxLength: 6 }).map((list) => Uint8Array.from(list)),
);

const EDGES = [8n, 16n, 24n, 32n, 48n, 53n, 64n].flatMap((bits) => {
  const edge = 1n << (bits - 1n);
  return [edge - 1n, -edge, -edge - 1n, edge].filter((n) => BigInt.asIntN(64, n) === n);
});

/** Values of every storage class, many of them at an edge. */
export const anyValue: fc.Arbitrary<Value> = fc.oneof(
  fc.constant<Value>({ type: "null" }),
  fc
    .oneof(
      fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }),
      fc.constantFrom(...EDGES, 0n, 1n),
    )
    .map((value): Value => ({ type: "integer", value })),
  fc
    .oneof(fc.double({ noNaN: true }), fc.constantFrom(0, -0, 1, -1, 0.5))
    .map((value): Value => ({ type: "real", value })),
  bytes.map((text): Value => ({ type: "text", bytes: text })),
  bytes.map((blob): Value => ({ type: "blob", bytes: blob })),
);

export const text = (value: string): Value => ({ type: "text", bytes: Buffer.from(value) });
export const blob = (...value: number[]): Value => ({
  type: "blob",
  bytes: Uint8Array.from(value),
});
export const integer = (value: number | bigint): Value => ({
  type: "integer",
  value: BigInt(value),
});
export const real = (value: number): Value => ({ type: "real", value });
export const nothing: Value = { type: "null" };

/** Adds one entry to a sink. */
export function addEntry(sink: EntrySink, { key, row }: Entry): void {
  sink.add(key, 0, key.length, row, 0, row.length);
}

/** The tree of entries in any order. */
export function treeFrom(entries: readonly Entry[], collection = "t"): Tree {
  const builder = new TreeBuilder(collection);
  for (const entry of entries.toSorted(compareEntries)) addEntry(builder, entry);
  return builder.finish();
}

/** The order of a tree. */
export function compareEntries(a: Entry, b: Entry): number {
  return Buffer.compare(a.key, b.key) || Buffer.compare(a.row, b.row);
}

/** A row with an integer as its key, 9 bytes, and a text as its content. */
export function numbered(id: number, content = `row ${id}`): Entry {
  const key = new Uint8Array(9);
  new DataView(key.buffer).setBigInt64(1, BigInt(id));
  key[0] = 1;
  key[1] = (key[1] ?? 0) ^ 0x80;
  return { key, row: new Uint8Array(Buffer.from(content)) };
}

/** Whole numbers from 0 on. */
export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
