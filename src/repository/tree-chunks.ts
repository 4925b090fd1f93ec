import { decodeTree, encodeTree } from "../receipts/tree-codec.ts";
import type { Tree } from "../receipts/types.ts";
import { chunkIds, ChunkListWriter } from "./chunk-list.ts";
import type { ChunkReader } from "./chunk-reader.ts";
import type { ChunkStore } from "./chunk-store.ts";
import type { TreeEntry } from "./manifest.ts";

/** A group that is longer, because its keys are whole rows with large values, is several chunks. */
const PIECE_SIZE = 4 << 20;

/** Stores the groups of a tree; those that did not change are stored already. */
export async function storeTree(store: ChunkStore, tree: Tree): Promise<TreeEntry> {
  const groups = new ChunkListWriter(store);
  for (const group of encodeTree(tree))
    for (let at = 0; at < group.length; at += PIECE_SIZE)
      await groups.add(
        await store.put("tree", Uint8Array.from(group.subarray(at, at + PIECE_SIZE))),
      );
  return { collection: tree.collection, groups: await groups.finish() };
}

/** The tree again. `purpose` says in errors what it was wanted for. */
export async function readTree(
  reader: ChunkReader,
  { collection, groups }: TreeEntry,
  purpose: string,
  signal: AbortSignal,
): Promise<Tree> {
  const pieces: Uint8Array[] = [];
  for await (const id of chunkIds(groups, reader, purpose, signal))
    pieces.push(await reader.read(id, purpose, signal));
  return decodeTree(collection, [Buffer.concat(pieces)]);
}
