import { ChunkIndex, packSize, readIndexBlobs, type PackContents } from "./chunk-index.ts";
import { ChunkReader } from "./chunk-reader.ts";
import { readConfigs, type ConfigCopy } from "./config.ts";
import type { RepositoryContext } from "./context.ts";
import { CONFIG_COPY_NAME, CONFIG_NAME, DRAFTS, hashOfName, LOCKS, PACKS } from "./format.ts";
import { packName, QUARANTINE } from "./format.ts";
import { trySlots } from "./open-slots.ts";
import { problemOf } from "./problem-of.ts";
import { Reach, type Lack } from "./reach.ts";
import { readRecords } from "./records.ts";
import { scanPack, soundContents, type PackScan } from "./scan-pack.ts";
import { readManifests, type NamedManifest } from "./snapshots.ts";
import type { Problem } from "./types.ts";

/** A pack that is not as it was written, with the chunks that cannot be read from it any more. */
export interface DamagedPack {
  readonly scan: PackScan;
  readonly indexed: PackContents | null;
  readonly lost: ReadonlySet<string>;
}

/** Everything that reading the whole repository shows. */
export interface Inspection {
  readonly problems: readonly Problem[];
  readonly configs: readonly ConfigCopy[];
  readonly soundPacks: readonly PackContents[];
  readonly damagedPacks: readonly DamagedPack[];
  /** Indexes that can be read. */
  readonly indexes: readonly { readonly name: string; readonly packs: readonly PackContents[] }[];
  /** Names of indexes, snapshots and records that cannot. */
  readonly damagedBlobs: readonly string[];
}

/** Reads and hashes every blob and looks for every chunk. The caller keeps prune out. */
export async function inspectRepository(
  context: RepositoryContext,
  signal: AbortSignal,
): Promise<Inspection> {
  const { blobs, keys } = context;
  const configs = await readConfigs(blobs, signal);
  const small = await inspectSmall(context, signal);
  const told = new ChunkIndex(small.indexes.flatMap(({ packs }) => packs));
  const { soundPacks, damagedPacks } = await inspectPacks(context, told, signal);
  const isTold = ({ hash }: PackContents): boolean => told.packs.has(hash);
  const untold = soundPacks.filter((pack) => !isTold(pack));
  // Sound packs come first: a chunk that lies in two packs is sought where it is whole.
  const index = new ChunkIndex([...soundPacks.filter(isTold), ...untold, ...told.packs.values()]);

  const whole = new Set(soundPacks.map(({ hash }) => hash));
  const harmed = new Map(damagedPacks.map((pack) => [pack.scan.hash, pack.lost]));
  const isGood = (chunk: string): boolean => {
    const hash = index.get(chunk)?.pack.hash ?? "";
    return whole.has(hash) || harmed.get(hash)?.has(chunk) === false;
  };
  const reader = new ChunkReader(blobs, index, keys);
  const { lacking, needed } = await followAll(small.manifests, reader, isGood, signal);
  const isUntoldNeeded = untold.some((pack) =>
    pack.slots.some(({ id }) => needed.has(id) && !told.has(id)),
  );
  const lost = isUntoldNeeded
    ? await followAll(small.manifests, reader, (chunk) => told.has(chunk), signal)
    : null;

  const present = new Set([...whole, ...harmed.keys()]);
  const problems = [
    ...configs.flatMap(({ name, bytes, error }) =>
      // Before there is anything to protect, a copy is lacking because making them was interrupted.
      error === null || (bytes === null && small.manifests.length === 0)
        ? []
        : [problemOf(error, name, [])],
    ),
    ...small.problems,
    ...damagedPacks.map((pack) => packProblem(pack, lacking)),
    ...soundPacks.flatMap((pack) => contradiction(pack, told)),
    ...(lost === null ? [] : [indexMissing(untold.length, lost.lacking)]),
    ...[...index.packs.keys()].flatMap((hash) =>
      present.has(hash) ? [] : [missingPack(hash, index, lacking)],
    ),
    ...[...lacking].flatMap(([id, lacks]) => (lacks.length === 0 ? [] : [incomplete(id, lacks)])),
    ...(await unknownFiles(context, signal)),
  ];
  const { indexes, damagedBlobs } = small;
  return { problems, configs, soundPacks, damagedPacks, indexes, damagedBlobs };
}

/** What each snapshot lacks, and which chunks all of them need. */
async function followAll(
  manifests: readonly NamedManifest[],
  reader: ChunkReader,
  isGood: (chunk: string) => boolean,
  signal: AbortSignal,
): Promise<{ readonly lacking: Lacking; readonly needed: ReadonlySet<string> }> {
  const reach = new Reach(reader, isGood);
  const lacking = new Map<string, readonly Lack[]>();
  for (const each of manifests) lacking.set(each.id, await reach.follow(each, signal));
  return { lacking, needed: reach.needed };
}

/** Indexes, manifests and records. */
async function inspectSmall(
  context: RepositoryContext,
  signal: AbortSignal,
): Promise<{
  readonly indexes: Inspection["indexes"];
  readonly manifests: readonly NamedManifest[];
  readonly damagedBlobs: readonly string[];
  readonly problems: readonly Problem[];
}> {
  const indexes = await readIndexBlobs(context.blobs, context.keys, signal);
  const { manifests, damage } = await readManifests(context, signal);
  const records = await readRecords(context, signal);
  const found = [
    ...indexes.damage.map((each) => ({ ...each, snapshots: [] })),
    ...damage.map(({ id, name, error }) => ({ name, error, snapshots: [id] })),
    ...records.damage.map((each) => ({ ...each, snapshots: [] })),
  ];
  return {
    indexes: indexes.indexes,
    manifests,
    // What the disk did not give this time may be whole: it is named, and stays where it is.
    damagedBlobs: found.flatMap(({ name, error }) => (error.code === "DISK_FAILED" ? [] : [name])),
    problems: found.map(({ name, error, snapshots }) => problemOf(error, name, snapshots)),
  };
}

async function inspectPacks(
  { blobs, keys }: RepositoryContext,
  index: ChunkIndex,
  signal: AbortSignal,
): Promise<Pick<Inspection, "soundPacks" | "damagedPacks">> {
  const soundPacks: PackContents[] = [];
  const damagedPacks: DamagedPack[] = [];
  for await (const { name } of blobs.list(PACKS, signal)) {
    const hash = hashOfName(name);
    if (hash === null) continue;
    const scan = await scanPack(blobs, hash, signal);
    const sound = soundContents(scan);
    if (sound !== null) {
      soundPacks.push(sound);
      continue;
    }
    const indexed = index.packs.get(hash) ?? null;
    const lost = new Set<string>();
    for await (const { id, chunk } of trySlots(blobs, scan, indexed, keys, signal))
      if (chunk === null) lost.add(id);
    damagedPacks.push({ scan, indexed, lost });
  }
  return { soundPacks, damagedPacks };
}

type Lacking = ReadonlyMap<string, readonly Lack[]>;

function packProblem({ scan, lost }: DamagedPack, lacking: Lacking): Problem {
  const what =
    scan.actualHash === scan.hash
      ? "it does not hold what Salvor writes"
      : `its bytes hash to ${scan.actualHash}, which is not its name`;
  const message = `${scan.name}: ${what}; ${lost.size} of its chunks are lost`;
  return { code: "repository.damaged", message, blob: scan.name, snapshots: hurtBy(lost, lacking) };
}

function missingPack(hash: string, index: ChunkIndex, lacking: Lacking): Problem {
  const lost = new Set(index.packs.get(hash)?.slots.map(({ id }) => id));
  const message = `${packName(hash)}: it is missing, and with it ${lost.size} chunks`;
  return {
    code: "repository.missing",
    message,
    blob: packName(hash),
    snapshots: hurtBy(lost, lacking),
  };
}

function hurtBy(lost: ReadonlySet<string>, lacking: Lacking): readonly string[] {
  return [...lacking].flatMap(([id, lacks]) =>
    lacks.some(({ chunk }) => chunk !== null && lost.has(chunk)) ? [id] : [],
  );
}

/** A pack is right by its name; an index that says otherwise is wrong. */
function contradiction(pack: PackContents, index: ChunkIndex): Problem[] {
  const said = index.packs.get(pack.hash);
  if (said === undefined || sameContents(said, pack)) return [];
  const name = packName(pack.hash);
  const message = `${name}: an index says that it holds other chunks (${packSize(said)} bytes)`;
  return [{ code: "repository.index-wrong", message, blob: name, snapshots: [] }];
}

function indexMissing(count: number, lacking: Lacking): Problem {
  const snapshots = [...lacking].flatMap(([id, lacks]) => (lacks.length === 0 ? [] : [id]));
  const message = `an index is missing: ${count} packs are in none, and snapshots need them`;
  return { code: "repository.index-missing", message, blob: null, snapshots };
}

/** Do two tell the same of a pack? */
export function sameContents(a: PackContents, b: PackContents): boolean {
  return (
    a.header.salt.equals(b.header.salt) &&
    a.header.epoch === b.header.epoch &&
    a.slots.length === b.slots.length &&
    a.slots.every((slot, at) => {
      const other = b.slots[at];
      return (
        slot.id === other?.id &&
        slot.storedLength === other.storedLength &&
        slot.plainLength === other.plainLength &&
        slot.kind === other.kind &&
        slot.compression === other.compression
      );
    })
  );
}

function incomplete(id: string, lacks: readonly Lack[]): Problem {
  const more = lacks.length > 1 ? ` (and ${lacks.length - 1} more)` : "";
  const message = `snapshot ${id} cannot be restored whole: ${lacks[0]?.message ?? ""}${more}`;
  return { code: "repository.snapshot-incomplete", message, blob: null, snapshots: [id] };
}

async function unknownFiles(
  { blobs }: RepositoryContext,
  signal: AbortSignal,
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for await (const { name } of blobs.list("", signal)) {
    if (name === CONFIG_NAME || name === CONFIG_COPY_NAME || hashOfName(name) !== null) continue;
    if ([DRAFTS, LOCKS, QUARANTINE].some((folder) => name.startsWith(folder))) continue;
    const message = `${name}: it is no file of a repository`;
    problems.push({ code: "repository.unknown-file", message, blob: name, snapshots: [] });
  }
  return problems;
}
