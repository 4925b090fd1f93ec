import { SalvorError, type ErrorCode } from "../core/errors.ts";
import { LEVELS, type Level } from "../receipts/types.ts";
import type { RepositoryContext } from "./context.ts";
import { hashOfName, snapshotName, SNAPSHOTS } from "./format.ts";
import { decodeManifest, type Manifest } from "./manifest.ts";
import { problemOf } from "./problem-of.ts";
import { readRecords, type SnapshotRecord } from "./records.ts";
import type { Snapshot, UnreadableSnapshot } from "./types.ts";

/** A manifest under the id that its bytes hash to. */
export interface NamedManifest {
  readonly id: string;
  readonly manifest: Manifest;
}

/** A manifest that cannot be read, and why. */
export interface DamagedManifest {
  readonly id: string;
  readonly name: string;
  readonly error: SalvorError;
}

/** One that is damaged, or on a bad part of a disk, must not hide the others. */
const UNREADABLE: readonly ErrorCode[] = ["BACKUP_DAMAGED", "DISK_FAILED"];

/** All manifests, by store and sequence. Damaged ones are told apart, never left out silently. */
export async function readManifests(
  { blobs, keys }: RepositoryContext,
  signal: AbortSignal,
): Promise<{
  readonly manifests: readonly NamedManifest[];
  readonly damage: readonly DamagedManifest[];
}> {
  const manifests: NamedManifest[] = [];
  const damage: DamagedManifest[] = [];
  for await (const { name } of blobs.list(SNAPSHOTS, signal)) {
    const id = hashOfName(name);
    if (id === null) continue;
    try {
      const bytes = await blobs.read(name, null, signal);
      manifests.push({ id, manifest: decodeManifest(id, bytes, keys) });
    } catch (error) {
      if (!(error instanceof SalvorError)) throw error;
      if (UNREADABLE.includes(error.code)) damage.push({ id, name, error });
      else if (error.code !== "BLOB_MISSING") throw error; // removed between the list and the read
    }
  }
  return { manifests: manifests.sort(byStoreAndSequence), damage };
}

function byStoreAndSequence(a: NamedManifest, b: NamedManifest): number {
  if (a.manifest.store !== b.manifest.store) return a.manifest.store < b.manifest.store ? -1 : 1;
  return a.manifest.sequence - b.manifest.sequence || (a.id < b.id ? -1 : 1);
}

/** One manifest. NOT_FOUND when there is no such snapshot, BACKUP_DAMAGED when it cannot be read. */
export async function readManifest(
  { blobs, keys }: RepositoryContext,
  id: string,
  signal: AbortSignal,
): Promise<NamedManifest> {
  if (!/^[0-9a-f]{64}$/.test(id) || (await blobs.size(snapshotName(id), signal)) === null)
    throw new SalvorError("NOT_FOUND", `there is no snapshot ${id} in ${blobs.address}`, {
      hint: '"salvor snapshots" lists them.',
    });
  const bytes = await blobs.read(snapshotName(id), null, signal);
  return { id, manifest: decodeManifest(id, bytes, keys) };
}

/** All snapshots as commands show them, with what the records say. */
export async function listSnapshots(
  context: RepositoryContext,
  signal: AbortSignal,
): Promise<readonly Snapshot[]> {
  const { manifests, damage } = await readManifests(context, signal);
  for (const { error } of damage)
    context.world.log.warn("a snapshot cannot be read and is not listed", { found: error.message });
  const { records } = await readRecords(context, signal);
  const known = records.map(({ record }) => record);
  const pins = pinsOf(manifests, known);
  const acknowledged = acknowledgedDrops(known);
  return manifests.map((each) =>
    snapshotOf(each, {
      level: levelOf(each.id, known),
      pins: pins.get(each.id) ?? [],
      drops: acknowledged.has(each.id) ? [] : each.manifest.drops,
    }),
  );
}

/** Snapshots whose manifests cannot be read. */
export async function listUnreadable(
  context: RepositoryContext,
  signal: AbortSignal,
): Promise<readonly UnreadableSnapshot[]> {
  const { damage } = await readManifests(context, signal);
  return damage.map(({ id, name, error }) => ({ id, problem: problemOf(error, name, [id]) }));
}

/** Pure: the highest level that was recorded of a snapshot. */
export function levelOf(id: string, records: readonly SnapshotRecord[]): Level {
  const reached = records.flatMap((record) =>
    record.kind === "level" && record.snapshot === id ? [LEVELS.indexOf(record.level)] : [],
  );
  return LEVELS[Math.max(0, ...reached)] ?? "none";
}

/**
 * Pure: why a snapshot may not be pruned. The drop stands in the newer manifest and keeps the one
 * that it was judged against, and itself: without it, the next prune would not know of the drop any
 * more. Until somebody acknowledges it.
 */
export function pinsOf(
  manifests: readonly NamedManifest[],
  records: readonly SnapshotRecord[],
): ReadonlyMap<string, readonly string[]> {
  const acknowledged = acknowledgedDrops(records);
  const present = new Set(manifests.map(({ id }) => id));
  const pins = new Map<string, string[]>();
  const pin = (id: string, reason: string): void => {
    pins.set(id, [...(pins.get(id) ?? []), reason]);
  };
  for (const { id, manifest } of manifests) {
    const { parent, drops } = manifest;
    if (parent === null || drops.length === 0 || acknowledged.has(id)) continue;
    if (!present.has(parent)) continue; // nothing is left to keep
    const seen = drops.join("; ");
    pin(parent, `the last one before a suspicious drop in ${id.slice(0, 8)}: ${seen}`);
    pin(id, `its suspicious drop keeps ${parent.slice(0, 8)} until it is acknowledged: ${seen}`);
  }
  return pins;
}

/** Ids of the snapshots whose suspicious drop somebody vouches for. */
function acknowledgedDrops(records: readonly SnapshotRecord[]): ReadonlySet<string> {
  return new Set(
    records.flatMap((each) => (each.kind === "drop-acknowledged" ? [each.snapshot] : [])),
  );
}

/** A snapshot as commands show it. */
export function snapshotOf(
  { id, manifest }: NamedManifest,
  { level, pins, drops }: Pick<Snapshot, "level" | "pins" | "drops">,
): Snapshot {
  const { store, point, createdAt, sequence, bytes, storedBytes, parent } = manifest;
  const { driver, options, receipt, warnings } = manifest;
  return {
    id,
    store,
    point,
    createdAt,
    sequence,
    bytes,
    storedBytes,
    parent,
    driver,
    options,
    level,
    receipt,
    warnings,
    drops,
    pins,
  };
}
