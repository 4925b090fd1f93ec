import { setTimeout as delay } from "node:timers/promises";

import type { HostTask } from "../host/messages.ts";
import { Bundler, type Bundle } from "./bundles.ts";
import { CoarseClock } from "./clock.ts";
import { entryLine, hasContent } from "./entry.ts";
import { exclusionOf } from "./exclude.ts";
import { imageFiles } from "./image-files.ts";
import { showPath } from "./raw-path.ts";
import { Lanes } from "./lanes.ts";
import { makeSpool, SpoolWriter } from "./spool.ts";
import { TreeReader } from "./tree-reader.ts";

/** A live tree, and where its image goes. */
export interface CaptureInput {
  readonly root: string;
  readonly exclude: readonly string[];
  /** Start of the names of the image's files; none of them may exist. */
  readonly target: string;
}

/** What was captured. */
export interface Captured {
  /** False: nothing has this name, and the rest says nothing. */
  readonly exists: boolean;
  /** Entries that changed while they were read, each time; empty when all are of one instant. */
  readonly changed: readonly string[];
  readonly changedTotal: number;
  readonly troubles: readonly { readonly path: string; readonly code: string }[];
  readonly troublesTotal: number;
  readonly fingerprint: string;
  readonly bundles: readonly Bundle[];
  readonly counts: TreeCounts;
}

/** How much there is of what. */
export interface TreeCounts {
  readonly files: number;
  readonly folders: number;
  readonly links: number;
  readonly bytes: number;
  /** Excluded, or no file: sockets, pipes, devices. */
  readonly leftAlone: number;
}

const ROUNDS_MAX = 6;
const PAUSE_MS = 25;
const NAMED_MAX = 20;

/** Reads a tree until nothing changes any more while it is read, or often enough. */
export const task: HostTask<CaptureInput, Captured> = async ({ root, exclude, target }) => {
  const files = imageFiles(target);
  using clock = new CoarseClock(files.clock);
  await using lanes = new Lanes();
  const reader = new TreeReader(root, exclusionOf(exclude), makeSpool(files.spool), lanes);
  let round = await reader.round(clock.now());
  for (let rounds = 1; round.exists && round.changedTotal > 0 && rounds < ROUNDS_MAX; rounds++) {
    if (round.hasFresh) await delay(PAUSE_MS);
    round = await reader.round(clock.now());
  }
  const { bundles, counts } = writeEntries(reader, files.entries);
  const { troubles } = reader;
  const named = troubles.slice(0, NAMED_MAX);
  return {
    exists: round.exists,
    changed: round.changed.map(showPath),
    changedTotal: round.changedTotal,
    troubles: named.map(({ path, code }) => ({ path: showPath(path), code })),
    troublesTotal: troubles.length,
    fingerprint: reader.fingerprint(),
    bundles,
    counts,
  };
};

function writeEntries(
  reader: TreeReader,
  path: string,
): { readonly bundles: readonly Bundle[]; readonly counts: TreeCounts } {
  using lines = new SpoolWriter(path);
  const bundler = new Bundler();
  const kinds = { file: 0, folder: 0, link: 0 };
  let bytes = 0;
  for (const { entry, content } of reader.entries()) {
    lines.write(Buffer.from(`${entryLine(entry)}\n`));
    kinds[entry.kind] += 1;
    if (content === null || !hasContent(entry)) continue;
    bytes += content.size;
    bundler.add(entry.path, content);
  }
  lines.flush();
  const counts = { files: kinds.file, folders: kinds.folder, links: kinds.link, bytes };
  return { bundles: bundler.finish(), counts: { ...counts, leftAlone: reader.leftAlone } };
}
