import * as z from "zod";

import { SalvorError } from "../core/errors.ts";
import { canonicalJson } from "../core/json.ts";
import { timestamp } from "../core/world.ts";
import { LEVELS, type Level } from "../receipts/types.ts";
import type { DamagedBlob } from "./chunk-index.ts";
import { lockRecords, putBlob, type RepositoryContext } from "./context.ts";
import { unwrap, wrap } from "./envelope.ts";
import { assertReadable, damaged, hashOfName, parseJson, recordName, RECORDS } from "./format.ts";
import type { Keys } from "./seal.ts";

/** What became known of a snapshot after its manifest was committed. Records are never changed. */
export type SnapshotRecord =
  | {
      readonly kind: "level";
      readonly snapshot: string;
      readonly at: string;
      readonly level: Level;
    }
  | {
      readonly kind: "drop-acknowledged";
      readonly snapshot: string;
      readonly at: string;
      readonly by: string;
    };

const common = { formatVersion: z.int(), minReader: z.int(), snapshot: z.string(), at: z.string() };
const Versions = z.looseObject({ minReader: z.int() });
const Shape = z.discriminatedUnion("kind", [
  z.object({ ...common, kind: z.literal("level"), level: z.enum(LEVELS) }),
  z.object({ ...common, kind: z.literal("drop-acknowledged"), by: z.string() }),
]);

type WithoutTime<T> = T extends unknown ? Omit<T, "at"> : never;

/** Writes a record, durably. */
export async function writeRecord(
  context: RepositoryContext,
  record: WithoutTime<SnapshotRecord>,
  signal: AbortSignal,
): Promise<void> {
  const { blobs, keys, world } = context;
  const whole = { formatVersion: 1, minReader: 1, ...record, at: timestamp(world.now()) };
  const { bytes, hash } = wrap("record", Buffer.from(canonicalJson(whole)), keys, world);
  await using _lock = await lockRecords(context, signal);
  await putBlob(blobs, recordName(hash), bytes, signal);
}

/** A record with the blob that holds it. */
export interface NamedRecord {
  readonly name: string;
  readonly record: SnapshotRecord;
}

/** All records that can be read; the others are a problem of `check`. */
export async function readRecords(
  { blobs, keys }: RepositoryContext,
  signal: AbortSignal,
): Promise<{ readonly records: readonly NamedRecord[]; readonly damage: readonly DamagedBlob[] }> {
  const records: NamedRecord[] = [];
  const damage: DamagedBlob[] = [];
  for await (const { name } of blobs.list(RECORDS, signal)) {
    const hash = hashOfName(name);
    if (hash === null) continue;
    try {
      const bytes = await blobs.read(name, null, signal);
      records.push({ name, record: decodeRecord(name, hash, bytes, keys) });
    } catch (error) {
      if (!(error instanceof SalvorError)) throw error;
      if (error.code === "BACKUP_DAMAGED") damage.push({ name, error });
      else if (error.code !== "BLOB_MISSING") throw error; // removed between the list and the read
    }
  }
  return { records, damage };
}

function decodeRecord(
  name: string,
  hash: string,
  bytes: Buffer,
  keys: Keys | null,
): SnapshotRecord {
  const plain = unwrap("record", bytes, { name, hash }, keys);
  const parsed = parseJson(name, plain);
  const version = Versions.safeParse(parsed);
  if (version.success) assertReadable(name, version.data.minReader);
  const checked = Shape.safeParse(parsed);
  if (!checked.success) throw damaged(name, "it does not hold a record", checked.error);
  return checked.data;
}
