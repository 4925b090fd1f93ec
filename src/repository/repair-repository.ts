import { ChunkIndex, type PackContents } from "./chunk-index.ts";
import { writeConfig } from "./config.ts";
import { lockOutReaders, lockWriter, putBlob, type RepositoryContext } from "./context.ts";
import { CONFIG_COPY_NAME, CONFIG_NAME, QUARANTINE } from "./format.ts";
import { inspectRepository, sameContents, type Inspection } from "./inspect-repository.ts";
import { trySlots } from "./open-slots.ts";
import { PackWriter } from "./pack-writer.ts";
import type { RepairResult } from "./types.ts";
import { writeIndexes } from "./write-indexes.ts";

/** What one repair does, as it goes. */
interface Repair {
  readonly context: RepositoryContext;
  readonly found: Inspection;
  readonly repaired: string[];
  readonly quarantined: string[];
  readonly signal: AbortSignal;
}

/**
 * Saves what can be saved and puts the rest aside; it deletes nothing but indexes, which the packs
 * themselves tell anew. Killed at any instant, the next repair goes on; on a sound repository it
 * does nothing.
 */
export async function repairRepository(
  context: RepositoryContext,
  signal: AbortSignal,
): Promise<RepairResult> {
  await using _lock = await lockWriter(context, signal);
  await using _readers = await lockOutReaders(context, signal);
  const found = await inspectRepository(context, signal);
  const repair: Repair = { context, found, repaired: [], quarantined: [], signal };
  await repairConfig(repair);
  const salvaged = await salvagePacks(repair);
  await renewIndexes(repair, [...found.soundPacks, ...salvaged]);
  for (const name of found.damagedBlobs) await putAside(repair, name);
  for (const { scan } of found.damagedPacks) await putAside(repair, scan.name);
  const { problems } = await inspectRepository(context, signal);
  return { problems, repaired: repair.repaired, quarantined: repair.quarantined };
}

/** Each copy of the repository's own file mends the other; the first counts when both are sound. */
async function repairConfig({
  context,
  found,
  repaired,
  quarantined,
  signal,
}: Repair): Promise<void> {
  const { blobs, config } = context;
  const whole = found.configs.find((copy) => copy.config !== null)?.config ?? config;
  for (const { name, bytes, config: own } of found.configs) {
    const isRight =
      own !== null && (name === CONFIG_NAME || JSON.stringify(own) === JSON.stringify(whole));
    if (isRight) continue;
    if (bytes !== null && own === null) {
      const aside = await freeName(context, `${QUARANTINE}${name}`, signal);
      await putBlob(blobs, aside, bytes, signal);
      quarantined.push(aside);
    }
    await writeConfig(blobs, name, whole, signal);
    const other = name === CONFIG_NAME ? CONFIG_COPY_NAME : CONFIG_NAME;
    repaired.push(`${name} was written again from ${other}`);
  }
}

/** Moves the intact chunks of damaged packs into new ones, unless a sound pack holds them too. */
async function salvagePacks(repair: Repair): Promise<readonly PackContents[]> {
  const { context, found, repaired, signal } = repair;
  const { blobs, keys, world } = context;
  const safe = new ChunkIndex(found.soundPacks);
  await using writer = new PackWriter({ blobs, keys, world }, signal);
  for (const { scan, indexed } of found.damagedPacks) {
    let count = 0;
    for await (const { id, chunk } of trySlots(blobs, scan, indexed, keys, signal)) {
      if (chunk === null || safe.has(id) || writer.has(id)) continue;
      await writer.add(chunk);
      count += 1;
    }
    repaired.push(`${count} intact chunks of ${scan.name} were saved into a new pack`);
  }
  return await writer.finish();
}

/** The index of all packs that are whole, unless the ones that are there say just that. */
async function renewIndexes(repair: Repair, packs: readonly PackContents[]): Promise<void> {
  const { context, found, repaired, signal } = repair;
  if (isTold(found, packs)) return;
  await writeIndexes(context, packs, signal);
  await context.blobs.remove(
    found.indexes.map(({ name }) => name),
    signal,
  );
  repaired.push(`the index was made anew from ${packs.length} packs`);
}

function isTold({ indexes }: Inspection, packs: readonly PackContents[]): boolean {
  const told = new Map(indexes.flatMap((each) => each.packs.map((pack) => [pack.hash, pack])));
  const isEach = packs.every((pack) => {
    const known = told.get(pack.hash);
    return known !== undefined && sameContents(known, pack);
  });
  return isEach && told.size === packs.length;
}

async function putAside({ context, quarantined, signal }: Repair, name: string): Promise<void> {
  const aside = await freeName(context, QUARANTINE + name, signal);
  await context.blobs.rename(name, aside, signal);
  quarantined.push(aside);
}

/** The name, or the name with the first number that makes it free. */
async function freeName(
  { blobs }: RepositoryContext,
  name: string,
  signal: AbortSignal,
): Promise<string> {
  if ((await blobs.size(name, signal)) === null) return name;
  for (let number = 2; ; number += 1)
    if ((await blobs.size(`${name}.${number}`, signal)) === null) return `${name}.${number}`;
}
