import { boundaryHash, endsRun } from "./boundary.ts";
import { malformed } from "./malformed.ts";
import type { Leaf, Tree } from "./types.ts";
import { readVarint, varintLength, writeVarint, type VarintRead } from "./varint.ts";

const DIGEST_LENGTH = 32;

/** Bytes that a leaf takes in a packed tree. */
export function packedLength(count: number, keyLength: number): number {
  return varintLength(count) + DIGEST_LENGTH + varintLength(keyLength) + keyLength;
}

/** Writes one leaf (count, digest, key) at `at`, which must have room, and returns the place after. */
export function packLeaf(into: Uint8Array, at: number, leaf: Leaf): number {
  let end = writeVarint(into, at, leaf.count);
  into.set(leaf.digest, end);
  end = writeVarint(into, end + DIGEST_LENGTH, leaf.lastKey.length);
  into.set(leaf.lastKey, end);
  return end + leaf.lastKey.length;
}

/**
 * The tree as byte strings of about 10 kB that end where its nodes of level 1 end: a part of the
 * collection that did not change is the same byte string, whatever changed around it.
 */
export function encodeTree(tree: Tree): Uint8Array[] {
  const groups: Uint8Array[] = [];
  let start = 0;
  tree.leaves.forEach(({ lastKey }, index) => {
    if (index + 1 < tree.leaves.length && !endsRun(1, boundaryHash(lastKey))) return;
    groups.push(packLeaves(tree.leaves.slice(start, index + 1)));
    start = index + 1;
  });
  return groups;
}

/** The tree of byte strings of `encodeTree`. RECEIPT_INVALID when they are not a tree's. */
export function decodeTree(collection: string, groups: readonly Uint8Array[]): Tree {
  const tree = treeOf(
    collection,
    groups.flatMap((group) => unpackLeaves(group)),
  );
  checkTree(tree);
  return tree;
}

/** The whole tree in one buffer that can be handed from thread to thread. */
export function packTree(tree: Tree): ArrayBuffer {
  const name = new TextEncoder().encode(tree.collection);
  const leaves = packLeaves(tree.leaves);
  const packed = new Uint8Array(varintLength(name.length) + name.length + leaves.length);
  const at = writeVarint(packed, 0, name.length);
  packed.set(name, at);
  packed.set(leaves, at + name.length);
  return packed.buffer;
}

/** The tree that `packTree` packed. Its leaves are views into the buffer. */
export function unpackTree(packed: ArrayBuffer): Tree {
  const bytes = new Uint8Array(packed);
  const name = readVarint(bytes, 0, bytes.length);
  if (name === null || name.end + name.value > bytes.length)
    throw malformed("a packed tree has no name");
  const start = name.end + name.value;
  const collection = new TextDecoder().decode(bytes.subarray(name.end, start));
  return treeOf(collection, unpackLeaves(bytes.subarray(start)));
}

/** A tree over leaves that stand in the order of their keys. */
export function treeOf(collection: string, leaves: readonly Leaf[]): Tree {
  return { collection, count: leaves.reduce((sum, leaf) => sum + leaf.count, 0), leaves };
}

/** Refuses leaves that no collection can have: empty, out of order, or ending where none may end. */
export function checkTree(tree: Tree): void {
  let before: Uint8Array | null = null;
  for (const [index, leaf] of tree.leaves.entries()) {
    const place = `leaf ${index} of the tree of ${tree.collection}`;
    if (leaf.count === 0) throw malformed(`${place} is empty`);
    if (before !== null && Buffer.compare(before, leaf.lastKey) >= 0)
      throw malformed(`${place} is out of order`);
    if (index + 1 < tree.leaves.length && !endsRun(0, boundaryHash(leaf.lastKey)))
      throw malformed(`${place} ends where no leaf can end`);
    before = leaf.lastKey;
  }
  if (!Number.isSafeInteger(tree.count))
    throw malformed(`the tree of ${tree.collection} counts too many rows`);
}

/** The leaves that stand packed in `bytes`, as views. RECEIPT_INVALID when they are cut off. */
export function unpackLeaves(bytes: Uint8Array): Leaf[] {
  const leaves: Leaf[] = [];
  for (let at = 0; at < bytes.length;) {
    const count = readVarint(bytes, at, bytes.length);
    const keyLength = count && readVarint(bytes, count.end + DIGEST_LENGTH, bytes.length);
    if (!count || !keyLength || keyLength.end + keyLength.value > bytes.length)
      throw malformed(`a packed tree is cut off at byte ${at}`);
    at = keyLength.end + keyLength.value;
    leaves.push(new PackedLeaf(bytes, count, keyLength.end, at));
  }
  return leaves;
}

/** A leaf where it lies packed: large trees have so many that two views for each would weigh more. */
class PackedLeaf implements Leaf {
  readonly count: number;
  readonly #bytes: Uint8Array;
  readonly #digestAt: number;
  readonly #keyAt: number;
  readonly #end: number;

  constructor(bytes: Uint8Array, count: VarintRead, keyAt: number, end: number) {
    this.count = count.value;
    this.#bytes = bytes;
    this.#digestAt = count.end;
    this.#keyAt = keyAt;
    this.#end = end;
  }

  get digest(): Uint8Array {
    return this.#bytes.subarray(this.#digestAt, this.#digestAt + DIGEST_LENGTH);
  }

  get lastKey(): Uint8Array {
    return this.#bytes.subarray(this.#keyAt, this.#end);
  }
}

function packLeaves(leaves: readonly Leaf[]): Uint8Array<ArrayBuffer> {
  const length = leaves.reduce(
    (sum, leaf) => sum + packedLength(leaf.count, leaf.lastKey.length),
    0,
  );
  const packed = new Uint8Array(length);
  let at = 0;
  for (const leaf of leaves) at = packLeaf(packed, at, leaf);
  return packed;
}
