import { createHash } from "node:crypto";

import type { Blobs } from "../blobs/types.ts";
import { collectionDigest } from "../receipts/tree.ts";
import type { ChunkReader } from "./chunk-reader.ts";
import { readConfigs } from "./config.ts";
import { lockReader, openReader, type RepositoryContext } from "./context.ts";
import { damaged, packName, snapshotName } from "./format.ts";
import type { Manifest } from "./manifest.ts";
import { partEntries } from "./part-list.ts";
import { readPart } from "./read-content.ts";
import { release } from "../core/release.ts";
import { problemOf } from "./problem-of.ts";
import { readManifest } from "./snapshots.ts";
import { readTree } from "./tree-chunks.ts";
import type { Problem } from "./types.ts";

/**
 * Reads every stored byte of a snapshot back: its chunks are opened and proven by their names, its
 * pages by their digests, its trees by the receipt, and the packs that hold them by their names.
 */
export async function readBack(
  context: RepositoryContext,
  snapshot: string,
  signal: AbortSignal,
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  const attempt = async (blob: string | null, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      problems.push(problemOf(error, blob, [snapshot]));
    }
  };
  await using _lock = await lockReader(context, signal);
  for (const { name, error } of await readConfigs(context.blobs, signal))
    if (error !== null) problems.push(problemOf(error, name, []));
  await attempt(snapshotName(snapshot), async () => {
    const { manifest } = await readManifest(context, snapshot, signal);
    const { reader, damage } = await openReader(context, signal);
    for (const { name, error } of damage) problems.push(problemOf(error, name, []));
    const subject = { context, snapshot, manifest, reader, signal };
    await attempt(null, () => readParts(subject, attempt));
    for (const tree of manifest.trees) await attempt(null, () => proveTree(subject, tree));
    await attempt(snapshotName(snapshot), async () => proveTreesAre(subject));
    for (const hash of reader.packsUsed())
      await attempt(packName(hash), () => provePack(context.blobs, hash, signal));
  });
  return problems;
}

interface Subject {
  readonly context: RepositoryContext;
  readonly snapshot: string;
  readonly manifest: Manifest;
  readonly reader: ChunkReader;
  readonly signal: AbortSignal;
}

async function readParts(
  { context, snapshot, manifest, reader, signal }: Subject,
  attempt: (blob: string | null, work: () => Promise<void>) => Promise<void>,
): Promise<void> {
  let size = 0;
  for await (const entry of partEntries(manifest.parts, reader, snapshotName(snapshot), signal)) {
    size += entry.size;
    await attempt(null, async () => {
      for await (const bytes of readPart(context, snapshot, entry, reader, signal)) release(bytes);
    });
  }
  if (size !== manifest.bytes)
    throw damaged(
      snapshotName(snapshot),
      `its parts have ${size} bytes instead of ${manifest.bytes}`,
    );
}

/** Each collection of the receipt must have its tree, or nothing of it was proven. */
function proveTreesAre({ snapshot, manifest }: Subject): void {
  const trees = new Set(manifest.trees.map(({ collection }) => collection));
  const lacking = Object.keys(manifest.receipt.collections).find((name) => !trees.has(name));
  if (lacking === undefined) return;
  throw damaged(snapshotName(snapshot), `its receipt has no tree of ${lacking}`);
}

async function proveTree(
  { snapshot, manifest, reader, signal }: Subject,
  tree: Manifest["trees"][number],
): Promise<void> {
  const { collection } = tree;
  const purpose = `${snapshotName(snapshot)}, tree of ${collection}`;
  const digest = collectionDigest(await readTree(reader, tree, purpose, signal));
  const sealed = manifest.receipt.collections[collection]?.digest;
  if (digest !== sealed)
    throw damaged(purpose, `its digest is ${digest}, and the receipt says ${sealed ?? "nothing"}`);
}

/** Reads a pack to its end: its name must be what its bytes hash to. */
async function provePack(blobs: Blobs, hash: string, signal: AbortSignal): Promise<void> {
  const name = packName(hash);
  const actual = await hashBlob(blobs, name, signal);
  if (actual !== hash) throw damaged(name, `its bytes hash to ${actual}, which is not its name`);
}

const PORTION = 4 << 20;

/** SHA-256 of a blob of any size, in hex. */
async function hashBlob(blobs: Blobs, name: string, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  const size = (await blobs.size(name, signal)) ?? 0;
  for (let offset = 0; offset < size; offset += PORTION) {
    const length = Math.min(PORTION, size - offset);
    hash.update(await blobs.read(name, { offset, length }, signal));
  }
  return hash.digest("hex");
}
