import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";

import fc from "fast-check";

import { addEntry, compareEntries, numbered, treeFrom, upTo } from "../../test/support/entries.ts";
import { SalvorError } from "../core/errors.ts";
import { boundaryHash, endsRun } from "./boundary.ts";
import { TreeBuilder } from "./tree-builder.ts";
import { decodeTree, encodeTree, packTree, unpackTree } from "./tree-codec.ts";
import { collectionDigest } from "./tree.ts";
import type { Entry, Tree } from "./types.ts";
import { varintLength, writeVarint } from "./varint.ts";

const entries = fc.array(
  fc.record({ key: fc.uint8Array({ maxLength: 2 }), row: fc.uint8Array({ maxLength: 3 }) }),
  { maxLength: 900 },
);

const hexes = (groups: readonly Uint8Array[]) =>
  groups.map((group) => Buffer.from(group).toString("hex"));

const plain = (tree: Tree) =>
  tree.leaves.map(({ count, digest, lastKey }) => [count, ...hexes([digest, lastKey])]);

/** The leaves as the document describes them, without any of the builder's haste. */
function leavesByTheBook(sorted: readonly Entry[]): unknown[] {
  const leaves: unknown[] = [];
  let leaf: Entry[] = [];
  sorted.forEach((entry, index) => {
    leaf.push(entry);
    const next = sorted[index + 1];
    const ends = endsRun(0, boundaryHash(entry.key)) && !(next && equal(next.key, entry.key));
    if (!ends && next !== undefined) return;
    const hash = createHash("sha256").update(Uint8Array.of(0));
    for (const { key, row } of leaf)
      for (const part of [key, row]) {
        const length = new Uint8Array(varintLength(part.length));
        writeVarint(length, 0, part.length);
        hash.update(length).update(part);
      }
    leaves.push([leaf.length, hash.digest("hex"), Buffer.from(entry.key).toString("hex")]);
    leaf = [];
  });
  return leaves;
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

function digestFrom(list: readonly Entry[]): string {
  return collectionDigest(treeFrom(list));
}

function refused(groups: readonly Uint8Array[]): void {
  assert.throws(
    () => decodeTree("t", groups),
    (error) => error instanceof SalvorError && error.code === "RECEIPT_INVALID",
  );
}

describe("a tree", () => {
  it("has the leaves that the document describes, duplicates included", () => {
    fc.assert(
      fc.property(entries, (given) => {
        const tree = treeFrom(given);
        assert.deepEqual(plain(tree), leavesByTheBook(given.toSorted(compareEntries)));
        assert.equal(tree.count, given.length);
      }),
      { numRuns: 40 },
    );
  });

  it("has the digest of its content alone, in whatever buffers the rows came", () => {
    fc.assert(
      fc.property(entries, (given) => {
        const builder = new TreeBuilder("another name");
        const buffer = new Uint8Array(64);
        for (const { key, row } of given.toSorted(compareEntries)) {
          buffer.fill(0xee);
          buffer.set(key, 7);
          buffer.set(row, 30);
          builder.add(buffer, 7, 7 + key.length, buffer, 30, 30 + row.length);
        }
        assert.equal(collectionDigest(builder.finish()), collectionDigest(treeFrom(given)));
      }),
      { numRuns: 30 },
    );
  });

  it("has another digest for another row, count or order of the same bytes", () => {
    const rows = upTo(600).map((id) => numbered(id));
    const whole = digestFrom(rows);
    const moved = [{ key: Buffer.from("ab"), row: Buffer.from("c") }];
    const other = [{ key: Buffer.from("a"), row: Buffer.from("bc") }];
    assert.notEqual(digestFrom(moved), digestFrom(other));
    assert.notEqual(whole, digestFrom(rows.slice(1)));
    assert.notEqual(whole, digestFrom(rows.with(300, numbered(300, "row 30o"))));
    assert.notEqual(whole, digestFrom([...rows, numbered(300)]));
    assert.notEqual(
      digestFrom([]),
      digestFrom([{ key: new Uint8Array(0), row: new Uint8Array(0) }]),
    );
  });

  it("changes in one leaf when one row is inserted, and in two when the row ends one", () => {
    const rows = upTo(20_000).map((id) => numbered(2 * id));
    const before = new Set(plain(treeFrom(rows)).map(String));
    for (const id of [1, 9_999, 20_001, 39_999, 50_001]) {
      const after = plain(treeFrom([...rows, numbered(id)]));
      const fresh = after.filter((leaf) => !before.has(String(leaf)));
      assert.ok(fresh.length === 1 || fresh.length === 2, `${fresh.length} leaves changed`);
    }
  });

  it("keeps equal keys in one leaf, even when their hash would end it", () => {
    const ending = upTo(5000).find((id) => endsRun(0, boundaryHash(numbered(id).key))) ?? 0;
    const many = upTo(50).map((id) => numbered(ending, `row ${id}`));
    const tree = treeFrom([...many, numbered(ending + 1)]);
    assert.deepEqual(
      tree.leaves.map(({ count }) => count),
      [50, 1],
    );
  });

  it("hashes a leaf that outgrows memory like any other", () => {
    const big = new Uint8Array(3_000_000).fill(7);
    const rows = [1, 2, 3, 4].map((id) => ({ key: numbered(id).key, row: big }));
    const larger = { key: numbered(5).key, row: new Uint8Array(5_000_000).fill(8) };
    const all = [...rows, larger, ...upTo(700).map((id) => numbered(id + 6))];
    assert.deepEqual(plain(treeFrom(all)), leavesByTheBook(all));
  });

  it("refuses entries that are out of order, with the place", () => {
    const builder = new TreeBuilder("payments");
    addEntry(builder, numbered(5, "b"));
    addEntry(builder, numbered(5, "b"));
    for (const late of [numbered(4), numbered(5, "a"), numbered(5, "")])
      assert.throws(
        () => addEntry(builder, late),
        (error) =>
          error instanceof SalvorError &&
          error.code === "FAULT" &&
          error.message.includes("entry 2 of collection payments"),
      );
  });

  it("has levels that end where eight more bits of the hash are zero", () => {
    assert.deepEqual(
      [0, 1, 2, 3, 4].map((level) => endsRun(level, 0x0100_0000)),
      [true, true, true, false, false],
    );
    assert.deepEqual(
      [0, 1, 2, 3, 4].map((level) => endsRun(level, 0)),
      [true, true, true, true, false],
    );
  });
});

describe("a packed tree", () => {
  it("comes back whole, from groups and from one buffer", () => {
    const tree = treeFrom(upTo(30_000).map((id) => numbered(id)));
    const decoded = decodeTree("t", encodeTree(tree));
    assert.deepEqual(plain(decoded), plain(tree));
    assert.deepEqual(plain(unpackTree(packTree(tree))), plain(tree));
    assert.equal(unpackTree(packTree(treeFrom([], "naïve"))).collection, "naïve");
    assert.equal(decodeTree("t", []).count, 0);
  });

  it("keeps the groups in which nothing changed", () => {
    // Leaves with one row each: 200,000 rows with a hash that ends a leaf would take too long.
    const rows = upTo(400_000).filter((id) => endsRun(0, boundaryHash(numbered(id).key)));
    const before = encodeTree(treeFrom(rows.map((id) => numbered(id))));
    const after = encodeTree(treeFrom([...rows.map((id) => numbered(id)), numbered(400_001)]));
    const kept = new Set(hexes(before));
    assert.ok(before.length > 3, `only ${before.length} groups`);
    assert.equal(hexes(after).filter((group) => !kept.has(group)).length, 1);
  });

  it("is refused when it is cut, padded, out of order or ends a leaf where none can end", () => {
    const [whole = new Uint8Array()] = encodeTree(treeFrom(upTo(3000).map((id) => numbered(id))));
    refused([whole.subarray(0, -1)]);
    refused([Buffer.concat([whole, Buffer.of(1)])]);
    refused([whole, whole]);
    const one = encodeTree(treeFrom([numbered(1)]));
    const two = encodeTree(treeFrom([numbered(2)]));
    refused([...one, ...two]);
    refused([...two, ...one]);
  });

  it("gives a tree or RECEIPT_INVALID for bytes from anywhere", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
        try {
          decodeTree("t", [bytes]);
        } catch (error) {
          assert.ok(error instanceof SalvorError && error.code === "RECEIPT_INVALID");
        }
      }),
    );
  });
});
