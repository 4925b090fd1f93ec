import { createHash } from "node:crypto";

import { digestOf, sha256, type Digest } from "../core/hash.ts";
import { boundaryHash, endsRun } from "./boundary.ts";
import type { Tree } from "./types.ts";

const NODE = 1;
const COLLECTION = 2;

/** A leaf or a node, as the node above it sees it. */
interface Child {
  readonly count: number;
  readonly digest: Uint8Array;
  /** What a node covers of this child. */
  readonly covered: readonly Uint8Array[];
  /** Hash of the last key below. */
  readonly hash: number;
}

/**
 * The digest of a collection: equal for equal leaves, and for nothing else. It costs a hash for
 * each 256 leaves.
 */
export function collectionDigest(tree: Tree): Digest {
  const tag = Uint8Array.of(COLLECTION);
  return digestOf(sha256(Buffer.concat([tag, unsigned(tree.count, 8), rootOf(tree)])));
}

function rootOf(tree: Tree): Uint8Array {
  let children: Child[] = tree.leaves.map(({ count, digest, lastKey }) => ({
    count,
    digest,
    covered: [unsigned(count, 8), digest, unsigned(lastKey.length, 4), lastKey],
    hash: boundaryHash(lastKey),
  }));
  for (let level = 1; ; level++) {
    const nodes = nodesOver(children, level);
    const [root] = nodes;
    if (root !== undefined && nodes.length === 1) return root.digest;
    children = nodes;
  }
}

function nodesOver(children: readonly Child[], level: number): Child[] {
  const nodes: Child[] = [];
  let start = 0;
  children.forEach(({ hash }, index) => {
    if (!endsRun(level, hash)) return;
    nodes.push(nodeOver(children.slice(start, index + 1), level));
    start = index + 1;
  });
  if (start < children.length || nodes.length === 0)
    nodes.push(nodeOver(children.slice(start), level));
  return nodes;
}

function nodeOver(children: readonly Child[], level: number): Child {
  const hasher = createHash("sha256").update(Uint8Array.of(NODE, level));
  let count = 0;
  for (const child of children) {
    count += child.count;
    for (const bytes of child.covered) hasher.update(bytes);
  }
  const digest = hasher.digest();
  const hash = children.at(-1)?.hash ?? 0;
  return { count, digest, covered: [unsigned(count, 8), digest], hash };
}

function unsigned(value: number, length: 4 | 8): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes.subarray(8 - length);
}
