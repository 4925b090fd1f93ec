import { join, relative } from "node:path";

import { SalvorError, type ErrorCode } from "../../core/errors.ts";
import { entryModule } from "../../core/module.ts";
import type { Hosts } from "../../stores/host/hosts.ts";
import type { DigestsInput, FailingFiles } from "../../stores/files/digests-task.ts";
import type { BadRanges, RescueInput } from "../../stores/files/rescue-task.ts";
import type { UnreadFiles } from "../../stores/capture-options.ts";
import type { Amended, Amendment, Image, Store } from "../../stores/types.ts";
import { countCollections, type LookedCopy } from "./count-collections.ts";
import { compareInputs } from "./inputs.ts";
import { lostRanges, salvageLosses } from "./losses.ts";
import type { LostRange, Salvaged } from "./types.ts";

/** What is salvaged, and where to. */
export interface SalvageRequest {
  /** What is there, damaged or not: it is read, and nothing else. */
  readonly source: Store;
  /** Where the copy is built; nothing lies there yet. */
  readonly copy: Store;
  /** What is hashed before and after. Of a file that was staged: what the disk failed to read of it. */
  readonly origin: { readonly path: string; readonly staged: readonly LostRange[] | null };
  /** What the driver can do to the copy. */
  readonly amendments: readonly Amendment["kind"][];
  /** Patterns of what is left alone. */
  readonly exclude: readonly string[];
  /** Folder of this command's own, on a disk that works. */
  readonly scratch: string;
  /** Folder that receives what was changed in the copy, as it was and as it became. */
  readonly kept: string;
  /** What that folder will be called. */
  readonly keptAs: string;
  /** Collections of whose content nothing is told. */
  readonly hidden: readonly string[];
  /** Documents or rows by collection, as far as somebody knows; of a snapshot, say. */
  readonly expected: Readonly<Record<string, number>> | null;
  readonly hosts: Hosts;
}

/**
 * Reads what is readable of a store into a copy, and mends the copy as far as it can be mended without
 * any snapshot. Nothing of the source is changed: what it was before and is afterwards is told.
 *
 * @throws {SalvorError} STORE_MISSING; what keeps Salvor itself from reading, or the copy from being
 *   written.
 */
export async function salvageStore(
  request: SalvageRequest,
  signal: AbortSignal,
): Promise<Salvaged> {
  const { source, copy } = request;
  const failing = await digest(request, "before", signal);
  const unread = await copyPatiently(request, signal);
  const found = await rescue(request, failingIn(failing, unread), signal);
  const bad = request.origin.staged ?? found.bad;
  const amended = await mend(request, signal);
  const looked = await look(copy, signal);
  await digest(request, "after", signal);
  const { name: store } = source.identity;
  const outcome = { store, amended, unread, bad, rescued: found.rescued };
  return {
    inputs: await compareInputs(
      request.origin.path,
      digestsFile(request, "before"),
      digestsFile(request, "after"),
    ),
    collections: countCollections(looked, amended, request.expected),
    lostRanges: lostRanges(outcome),
    amended,
    observations: looked.observations,
    losses: salvageLosses(outcome),
    digest: looked.sealed.receipt.digest,
  };
}

/** What it is made of, file by file; which of them the disk fails to read. */
async function digest(
  request: SalvageRequest,
  when: "after" | "before",
  signal: AbortSignal,
): Promise<FailingFiles> {
  const { origin, exclude, hosts } = request;
  const input: DigestsInput = { root: origin.path, exclude, target: digestsFile(request, when) };
  return hosts.run("bytes", entryModule("stores/files/digests-task"), input, signal);
}

function digestsFile({ scratch }: SalvageRequest, when: "after" | "before"): string {
  return join(scratch, `${when}.ndjson`);
}

const ATTEMPTS_MAX = 3;

/** A large file is read twice, and a disk may fail, or somebody write to it, between both. */
async function copyPatiently(request: SalvageRequest, signal: AbortSignal): Promise<UnreadFiles> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await copyReadable(request, signal);
    } catch (error) {
      const isPassing = error instanceof SalvorError && PASSING.has(error.code);
      if (!isPassing || attempt === ATTEMPTS_MAX) throw error;
      await request.copy.discard(signal);
    }
  }
}

const PASSING: ReadonlySet<string> = new Set<ErrorCode>(["DISK_FAILED", "STORE_CHANGED"]);

async function copyReadable(
  { source, copy }: SalvageRequest,
  signal: AbortSignal,
): Promise<UnreadFiles> {
  await using image = await source.capture({ exclusive: false, readable: true }, signal);
  await copy.restore(image, {}, signal);
  return image.unread ?? { entries: [], total: 0 };
}

/** What the disk has failed to read, whenever that was. */
function failingIn(failing: FailingFiles, { entries }: UnreadFiles): FailingFiles {
  const known = new Set(failing.map(({ raw }) => raw));
  return [...failing, ...entries.filter(({ raw, code }) => code === "EIO" && !known.has(raw))];
}

interface Rescue {
  readonly bad: readonly LostRange[];
  /** Paths of what is in the copy. */
  readonly rescued: ReadonlySet<string>;
}

/** A disk that fails in one place mostly gives the rest of a file. */
async function rescue(
  { source, copy, origin, hosts }: SalvageRequest,
  failing: FailingFiles,
  signal: AbortSignal,
): Promise<Rescue> {
  const bad: LostRange[] = [];
  const rescued = new Set<string>();
  for (const { raw, path: file } of origin.staged === null ? failing : []) {
    const input: RescueInput = {
      root: source.identity.address,
      path: raw,
      into: copy.identity.address,
    };
    const task = entryModule("stores/files/rescue-task");
    const ranges = await hosts.run<BadRanges | null>("bytes", task, input, signal);
    if (ranges === null) continue;
    rescued.add(file);
    const reason = "the disk failed to read it";
    bad.push(...ranges.map((bytes) => ({ file, bytes, reason })));
  }
  return { bad, rescued };
}

async function mend(request: SalvageRequest, signal: AbortSignal): Promise<Amended | null> {
  const amendment = amendmentOf(request);
  if (amendment === null) return null;
  const { kept, keptAs, copy } = request;
  const moved = (path: string): string => join(keptAs, relative(kept, path));
  const { mended, quarantine, ...amended } = await copy.amend(amendment, signal);
  return {
    ...amended,
    ...(mended !== undefined && {
      mended: { ...mended, file: mended.file === null ? null : moved(mended.file) },
    }),
    ...(quarantine != null && {
      quarantine: {
        ...quarantine,
        folder: moved(quarantine.folder),
        address: moved(quarantine.address),
      },
    }),
  };
}

/** As a recovery mends it, without a snapshot to take anything from. */
function amendmentOf({ amendments, kept, hidden }: SalvageRequest): Amendment | null {
  const terms = { sources: [], quarantine: kept, takeOut: true, dryRun: false };
  if (amendments.includes("mend-documents"))
    return { kind: "mend-documents", ...terms, isCopy: true, hidden, forget: [], rules: [] };
  return amendments.includes("mend-events")
    ? { kind: "mend-events", ...terms, unseen: true }
    : null;
}

/** What is in the copy, and what is still wrong with it. */
async function look(copy: Store, signal: AbortSignal): Promise<LookedCopy> {
  await using specimen = await copy.hold(signal);
  const image = imageOf(specimen);
  const sealed = await image.seal({ portable: false }, signal);
  const integrity = await specimen.inspect("integrity", signal);
  const scan = await specimen.inspect("scan", signal);
  return { sealed, observations: [...integrity.observations, ...scan.observations] };
}

function imageOf({ image, trouble }: { image: Image | null; trouble: Error | null }): Image {
  if (image !== null) return image;
  throw trouble ?? new Error("a copy has neither an image nor a trouble");
}
