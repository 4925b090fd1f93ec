import { digestOf, sha256, type Digest } from "../core/hash.ts";
import { boundaryHash, endsRun } from "./boundary.ts";
import type { Leaf, Tree } from "./types.ts";

const NODE = 1;
const COLLECTION = 2;

/**
 * The digest of a collection: equal for equal leaves, and for nothing else. It costs a hash for
 * each 256 leaves.
 */
export function collectionDigest(tree: Tree): Digest {
  const tag = Uint8Array.of(COLLECTION);
  return digestOf(sha256(Buffer.concat([tag, unsigned(tree.count, 8), rootOf(tree)])));
}

/** A node is described as a leaf is: by its rows, its digest and the last key below it. */
type Child = Leaf;

function rootOf(tree: Tree): Uint8Array {
  let nodes = nodesOver(tree.leaves, 1);
  for (let level = 2; nodes.length > 1; level++) nodes = nodesOver(nodes, level);
  return nodes[0]?.digest ?? nodeOver([], 1).digest;
}

function nodesOver(children: readonly Child[], level: number): Child[] {
  const nodes: Child[] = [];
  let start = 0;
  children.forEach(({ lastKey }, index) => {
    if (index + 1 < children.length && !endsRun(level, boundaryHash(lastKey))) return;
    nodes.push(nodeOver(children.slice(start, index + 1), level));
    start = index + 1;
  });
  return nodes;
}

function nodeOver(children: readonly Child[], level: number): Child {
  const covered: Uint8Array[] = [Uint8Array.of(NODE, level)];
  let count = 0;
  for (const child of children) {
    count += child.count;
    covered.push(unsigned(child.count, 8), child.digest);
    // The keys lead a comparison to the rows that differ, so they are part of what is sealed.
    if (level === 1) covered.push(unsigned(child.lastKey.length, 4), child.lastKey);
  }
  const lastKey = children.at(-1)?.lastKey ?? new Uint8Array(0);
  return { count, digest: sha256(Buffer.concat(covered)), lastKey };
}

function unsigned(value: number, length: 4 | 8): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes.subarray(8 - length);
}
