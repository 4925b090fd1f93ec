import { SalvorError } from "../core/errors.ts";
import { LEVELS, type Level } from "../receipts/types.ts";
import { lockRecords, type RepositoryContext } from "./context.ts";
import { readRecords, writeRecord } from "./records.ts";
import { levelOf, readManifest, readManifests } from "./snapshots.ts";

/** Records a proven level, durably. A lower one than recorded changes nothing. */
export async function recordLevel(
  context: RepositoryContext,
  snapshot: string,
  level: Level,
  signal: AbortSignal,
): Promise<void> {
  await readManifest(context, snapshot, signal);
  const { records } = await readRecords(context, signal);
  const known = levelOf(
    snapshot,
    records.map(({ record }) => record),
  );
  if (LEVELS.indexOf(level) <= LEVELS.indexOf(known)) return;
  await writeRecord(context, { kind: "level", snapshot, level }, signal);
}

/**
 * What was proven once does not hold any more: records of levels above this one are taken away, and
 * a proof must be made anew.
 */
export async function withdrawLevel(
  context: RepositoryContext,
  snapshot: string,
  level: Level,
  signal: AbortSignal,
): Promise<void> {
  const { records } = await readRecords(context, signal);
  const withdrawn = records.filter(
    ({ record }) =>
      record.kind === "level" &&
      record.snapshot === snapshot &&
      LEVELS.indexOf(record.level) > LEVELS.indexOf(level),
  );
  if (withdrawn.length === 0) return;
  await using _lock = await lockRecords(context, signal);
  await context.blobs.remove(
    withdrawn.map(({ name }) => name),
    signal,
  );
}

/**
 * Somebody vouches for a suspicious drop. Either snapshot can be named: the one in which the drop
 * was seen, or the one that is kept because of it. REFUSED when neither has to do with a drop.
 */
export async function acknowledgeDrop(
  context: RepositoryContext,
  snapshot: string,
  by: string,
  signal: AbortSignal,
): Promise<void> {
  const { manifest } = await readManifest(context, snapshot, signal);
  const { manifests } = await readManifests(context, signal);
  const kept = manifests.filter(
    (each) => each.manifest.parent === snapshot && each.manifest.drops.length > 0,
  );
  const seen = manifest.drops.length > 0 ? [snapshot] : kept.map(({ id }) => id);
  if (seen.length === 0)
    throw new SalvorError("REFUSED", `nothing suspicious was seen in snapshot ${snapshot}`, {
      hint: '"salvor snapshots" shows the warnings of each.',
    });
  for (const id of seen)
    await writeRecord(context, { kind: "drop-acknowledged", snapshot: id, by }, signal);
}
