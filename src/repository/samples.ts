import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { openMemoryBlobs } from "../blobs/memory/blobs.ts";
import type { Blobs } from "../blobs/types.ts";
import { digestOf, sha256 } from "../core/hash.ts";
import type { WorkerPool } from "../core/pool.ts";
import { systemWorld } from "../core/world.ts";
import { collectionDigest } from "../receipts/tree.ts";
import { treeOf } from "../receipts/tree-codec.ts";
import type { Receipt, SealedReceipt } from "../receipts/types.ts";
import type { Content, Part } from "../stores/types.ts";
import type { KdfParameters } from "./keys.ts";
import type { RepositoryOptions } from "./open.ts";
import type { BackupInput, Repository } from "./types.ts";

// Made-up contents and receipts, for the tests of this folder.

/** Cheap to compute: tests open many repositories. */
const KDF_CHEAP: KdfParameters = {
  algorithm: "argon2id",
  memoryKiB: 64,
  passes: 1,
  parallelism: 1,
};

export const PASSPHRASE = "correct horse battery staple";

/** Options of a repository in memory, unless `over` says otherwise. */
export function sampleOptions(
  over: Partial<RepositoryOptions> & { readonly pool: WorkerPool },
): RepositoryOptions {
  const blobs: Blobs = over.blobs ?? openMemoryBlobs();
  return { passphrase: null, world: systemWorld(), kdf: KDF_CHEAP, ...over, blobs };
}

/** A part that is a stream. */
export function streamPart(name: string, bytes: Uint8Array, portion = 100_000): Part {
  return {
    name,
    size: bytes.length,
    attributes: { mode: 0o600 },
    pages: null,
    open: async function* open() {
      for (let at = 0; at < bytes.length; at += portion) yield bytes.subarray(at, at + portion);
    },
  };
}

/** A part that is a file of pages; the file is written into `folder`. */
export function pagedPart(folder: string, name: string, bytes: Uint8Array, pageSize: number): Part {
  const path = join(folder, `${name}.image`);
  writeFileSync(path, bytes);
  const pages = { path, pageSize, pageCount: bytes.length / pageSize };
  return { ...streamPart(name, bytes), pages };
}

export function contentOf(...parts: readonly Part[]): Content {
  return {
    description: { made: "for a test" },
    parts: async function* each() {
      yield* parts;
    },
  };
}

/** A receipt of one collection with so many rows. */
export function sampleReceipt(rows = 3, store = "shop"): SealedReceipt {
  const leaf = { count: rows, digest: sha256(Buffer.from(`${rows}`)), lastKey: Buffer.from("k") };
  const tree = treeOf("items", [leaf]);
  const digest = collectionDigest(tree);
  const receipt: Receipt = {
    formatVersion: 1,
    minReader: 1,
    store,
    at: "2026-01-01T00:00:00.000Z",
    digest,
    consistency: "transaction",
    collections: { items: { count: rows, digest } },
    references: [],
    schema: { digest: digestOf(sha256(Buffer.alloc(0))), elements: [] },
    portable: null,
    recorded: {},
    level: "none",
  };
  return { receipt, trees: [tree] };
}

/** What a backup is given, unless `over` says otherwise. */
export function sampleInput(content: Content, over: Partial<BackupInput> = {}): BackupInput {
  return {
    store: "shop",
    driver: "sample",
    options: { path: "/somewhere" },
    point: "point_1",
    content,
    sealed: Promise.resolve(sampleReceipt()),
    judge: () => [],
    ...over,
  };
}

/** All parts of a snapshot, whole. */
export async function restored(
  repository: Repository,
  snapshot: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Buffer>> {
  const content = await repository.content(snapshot, signal);
  const found = new Map<string, Buffer>();
  for await (const part of content.parts(signal))
    found.set(part.name, Buffer.concat(await Array.fromAsync(part.open(signal))));
  return found;
}
