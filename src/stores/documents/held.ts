import { rm } from "node:fs/promises";

import { entryModule } from "../../core/module.ts";
import type { Bundle } from "../files/bundles.ts";
import type { CapturedTree } from "../files/captured-tree.ts";
import { hasContent, parseEntry, type TreeEntry } from "../files/entry.ts";
import { imageFiles } from "../files/image-files.ts";
import type { LargeInput } from "../files/large-task.ts";
import { showPath, type RawPath } from "../files/raw-path.ts";
import { linesOf } from "../files/rows.ts";
import type { LiveDocuments } from "./live.ts";
import { assignFiles, type AssignedFile } from "./survey/assign.ts";
import { isLines } from "./survey/lines.ts";
import type { HeldFile } from "./survey/held-file.ts";

/** The content of a store at one instant, and where each file's bytes lie. */
export interface HeldFolder extends AsyncDisposable {
  readonly live: LiveDocuments;
  readonly captured: CapturedTree;
  /** Everything but files: folders, links. */
  readonly others: readonly TreeEntry[];
  readonly files: readonly HeldFile[];
  /** Those that belong to a collection, and can be read as documents. */
  readonly documents: readonly AssignedFile[];
  /** Those that are too large for that. */
  readonly tooLarge: readonly AssignedFile[];
}

/** Finds the files of a tree that was captured. Large ones are copied: they live where they were. */
export async function holdFolder(
  live: LiveDocuments,
  captured: CapturedTree,
  signal: AbortSignal,
): Promise<HeldFolder> {
  const copies: string[] = [];
  const dispose = async (): Promise<void> => {
    await Promise.all(copies.map((path) => rm(path, { force: true })));
    await captured.dispose();
  };
  try {
    const { files, others, large } = placeFiles(captured);
    for (const { at, path } of large) {
      const file = files[at];
      if (file === undefined) continue;
      const copy = copyPath(captured);
      copies.push(copy);
      await copyLarge(captured, { ...file, raw: path, copy }, signal);
      files[at] = { ...file, path: copy, start: 0 };
    }
    const assigned = assignFiles(files, live.specs);
    const { fileBytesMax } = live.options;
    const isTooLarge = ({ collection, name, size }: AssignedFile): boolean => {
      const spec = live.specs[collection];
      return size > fileBytesMax && spec !== undefined && !isLines(spec, name);
    };
    return {
      live,
      captured,
      others,
      files,
      documents: assigned.filter((file) => !isTooLarge(file)),
      tooLarge: assigned.filter(isTooLarge),
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

interface Placed {
  readonly files: HeldFile[];
  readonly others: readonly TreeEntry[];
  /** The files that are not in the spool. */
  readonly large: readonly { readonly at: number; readonly path: RawPath }[];
}

function placeFiles({ captured, target }: CapturedTree): Placed {
  const { entries, spool } = imageFiles(target);
  const places = placesIn(captured.bundles);
  const files: HeldFile[] = [];
  const others: TreeEntry[] = [];
  const large: { at: number; path: RawPath }[] = [];
  const byPath = new Map<string, number>();
  for (const line of linesOf(entries)) {
    const entry = parseEntry(line);
    if (entry === null) continue;
    if (entry.kind !== "file") {
      others.push(entry);
      continue;
    }
    const first = entry.hardlink === null ? undefined : files[byPath.get(entry.hardlink) ?? -1];
    const place = hasContent(entry) ? places.next(entry.size) : null;
    if (hasContent(entry) && place === null) large.push({ at: files.length, path: entry.path });
    byPath.set(entry.path, files.length);
    files.push({
      name: showPath(entry.path),
      size: entry.size ?? 0,
      modifiedMs: Number(entry.mtimeNs / 1_000_000n),
      sha256: entry.sha256 ?? "",
      path: first?.path ?? spool,
      start: first?.start ?? place ?? 0,
    });
  }
  return { files, others, large };
}

/** Gives each content its place in the spool, in order; null for one that is not there. */
function placesIn(bundles: readonly Bundle[]): { next(size: number): number | null } {
  let bundle = 0;
  let slice = 0;
  let used = 0;
  return {
    next: (size) => {
      const { slices } = bundles[bundle] ?? { slices: null };
      const at = slices?.[slice];
      if (slices === null || at === undefined) {
        bundle++;
        return null;
      }
      const place = at[0] + used;
      used += size;
      if (used < at[1]) return place;
      used = 0;
      slice++;
      if (slice < slices.length) return place;
      slice = 0;
      bundle++;
      return place;
    },
  };
}

function copyPath({ live, target }: CapturedTree): string {
  return `${target}.${live.context.world.newId("held")}`;
}

/** Makes a copy that is proven to be what was captured. */
async function copyLarge(
  { live }: CapturedTree,
  { raw, size, sha256, copy }: HeldFile & { readonly raw: RawPath; readonly copy: string },
  signal: AbortSignal,
): Promise<void> {
  const input: LargeInput = { root: live.root, path: raw, size, sha256, copy };
  await live.context.hosts.run("bytes", entryModule("stores/files/large-task"), input, signal);
}
