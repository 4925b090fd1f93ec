import * as z from "zod";

import { canonicalJson, type Json, type JsonObject } from "../core/json.ts";
import type { World } from "../core/world.ts";
import type { Receipt } from "../receipts/types.ts";
import type { ChunkList } from "./chunk-list.ts";
import { unwrap, wrap } from "./envelope.ts";
import { assertReadable, damaged, FORMAT_VERSION, parseJson, snapshotName } from "./format.ts";
import type { Keys } from "./seal.ts";

/** What makes a snapshot: everything that a restore needs to know, and where its chunks are. */
export interface Manifest {
  readonly formatVersion: number;
  readonly minReader: number;
  readonly store: string;
  readonly driver: string;
  readonly options: JsonObject;
  readonly description: JsonObject;
  readonly sequence: number;
  readonly point: string;
  readonly createdAt: string;
  readonly parent: string | null;
  readonly bytes: number;
  readonly storedBytes: number;
  /** Chunks that hold the list of parts. */
  readonly parts: readonly string[];
  readonly receipt: Receipt;
  readonly trees: readonly TreeEntry[];
  readonly warnings: readonly string[];
  /** What was suspicious, compared with the parent. */
  readonly drops: readonly string[];
}

/** Where the groups of a collection's tree are stored, one chunk for each. */
export interface TreeEntry {
  readonly collection: string;
  readonly groups: ChunkList;
}

const Id = z.string().regex(/^[0-9a-f]{64}$/);
const Versions = z.looseObject({ minReader: z.int() });
const Shape = z.looseObject({
  formatVersion: z.int(),
  minReader: z.int(),
  store: z.string(),
  driver: z.string(),
  options: z.looseObject({}),
  description: z.looseObject({}),
  sequence: z.int(),
  point: z.string(),
  createdAt: z.string(),
  parent: Id.nullable(),
  bytes: z.int(),
  storedBytes: z.int(),
  parts: z.array(Id),
  receipt: z.looseObject({ digest: z.string(), collections: z.looseObject({}) }),
  trees: z.array(z.looseObject({ collection: z.string(), groups: z.looseObject({}) })),
  warnings: z.array(z.string()),
  drops: z.array(z.string()),
});

/** The manifest's blob and the snapshot's id, which is the SHA-256 of that blob. */
export function encodeManifest(
  manifest: Omit<Manifest, "formatVersion" | "minReader">,
  keys: Keys | null,
  world: World,
): { readonly id: string; readonly bytes: Buffer; readonly manifest: Manifest } {
  const whole = { formatVersion: FORMAT_VERSION, minReader: FORMAT_VERSION, ...manifest };
  const plain = Buffer.from(canonicalJson(whole as unknown as Json));
  const { bytes, hash } = wrap("snapshot", plain, keys, world);
  return { id: hash, bytes, manifest: whole };
}

/** BACKUP_DAMAGED when the bytes are not those of the snapshot; FORMAT_TOO_NEW as it says. */
export function decodeManifest(id: string, bytes: Buffer, keys: Keys | null): Manifest {
  const name = snapshotName(id);
  const plain = unwrap("snapshot", bytes, { name, hash: id }, keys);
  const parsed = parseJson(name, plain);
  const versions = Versions.safeParse(parsed);
  if (versions.success) assertReadable(name, versions.data.minReader);
  const checked = Shape.safeParse(parsed);
  if (!checked.success) throw damaged(name, "it does not hold a manifest", checked.error);
  return parsed as Manifest;
}
