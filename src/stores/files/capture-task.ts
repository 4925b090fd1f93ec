import { setTimeout as delay } from "node:timers/promises";

import { removeFileSync } from "../../core/remove-file.ts";
import type { UnreadFile } from "../capture-options.ts";
import type { HostTask } from "../host/messages.ts";
import type { Bundle } from "./bundles.ts";
import { CoarseClock } from "./clock.ts";
import type { EntryCounts } from "./entry.ts";
import { exclusionOf } from "./exclude.ts";
import type { FileTable } from "./file-table.ts";
import { imageFiles } from "./image-files.ts";
import { writeImage, writeTable, type Written } from "./image-writer.ts";
import { showPath } from "./raw-path.ts";
import { Lanes } from "./lanes.ts";
import { makeSpool } from "./spool.ts";
import { TreeReader } from "./tree-reader.ts";

/** A live tree, and where its image goes. */
export interface CaptureInput {
  readonly root: string;
  readonly exclude: readonly string[];
  /** Start of the names of the image's files; none of them may exist. */
  readonly target: string;
  /** The files are told as a table, and the list of entries is not written. */
  readonly listsFiles: boolean;
}

/** What was captured. */
export interface Captured {
  /** False: nothing has this name, and the rest says nothing. */
  readonly exists: boolean;
  /** Entries that changed while they were read, each time; empty when all are of one instant. */
  readonly changed: readonly string[];
  readonly changedTotal: number;
  readonly troubles: readonly UnreadFile[];
  readonly troublesTotal: number;
  /** Sockets, pipes and devices, which are no part of the tree; the first of them. */
  readonly specials: readonly string[];
  readonly fingerprint: string;
  /** Null when a table was asked for. */
  readonly bundles: readonly Bundle[] | null;
  readonly counts: TreeCounts;
  /** Null when nobody asked for it. */
  readonly table: FileTable | null;
}

/** How much there is of what. */
export interface TreeCounts extends EntryCounts {
  /** Excluded, or no file: sockets, pipes, devices. */
  readonly leftAlone: number;
}

const ROUNDS_MAX = 6;
const PAUSE_MS = 25;
const NAMED_MAX = 1_000;
const SPECIALS_MAX = 1_000;

/** Reads a tree until nothing changes any more while it is read, or often enough. */
export const task: HostTask<CaptureInput, Captured> = async (input) => {
  const { root, exclude, target, listsFiles } = input;
  const files = imageFiles(target);
  using clock = new CoarseClock(files.clock);
  await using lanes = new Lanes();
  const reader = new TreeReader(root, exclusionOf(exclude), makeSpool(files.spool), lanes);
  const write = (): Promise<Written> =>
    listsFiles ? writeTable(reader.batches) : writeImage(reader.batches, files.entries);
  let round = await reader.round(clock.now());
  let written: Written | null = null;
  for (let rounds = 1; round.exists && round.changedTotal > 0 && rounds < ROUNDS_MAX; rounds++) {
    if (round.hasFresh) await delay(PAUSE_MS);
    // Mostly nothing has changed; then what was read is written while it is looked at again.
    const writing = rounds === 1 ? write() : null;
    const [next, early] = await Promise.all([reader.round(clock.now()), writing]);
    round = next;
    written = round.changedTotal === 0 ? early : null;
    if (written === null) removeFileSync(files.entries);
  }
  written ??= await write();
  const { troubles } = reader;
  const named = troubles.slice(0, NAMED_MAX);
  return {
    exists: round.exists,
    changed: round.changed.map(showPath),
    changedTotal: round.changedTotal,
    troubles: named.map(({ path: raw, code }) => ({ raw, path: showPath(raw), code })),
    troublesTotal: troubles.length,
    specials: reader.specials.slice(0, SPECIALS_MAX),
    fingerprint: reader.fingerprint(),
    bundles: written.bundles,
    counts: { ...written.counts, leftAlone: reader.leftAlone + reader.specials.length },
    table: written.table,
  };
};
