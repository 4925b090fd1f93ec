import { createReadStream } from "node:fs";
import { open, rm, stat } from "node:fs/promises";

import { entryModule } from "../../core/module.ts";
import type { Part } from "../types.ts";
import type { Bundle } from "./bundles.ts";
import type { CapturedTree } from "./captured-tree.ts";
import { imageFiles } from "./image-files.ts";
import type { LargeInput } from "./large-task.ts";
import { showPath } from "./raw-path.ts";

/** Name of the part that lists all entries; the others hold contents, in the same order. */
export const ENTRIES = "entries";

const PORTION_BYTES = 1 << 20;

/** The parts of an image: the list of entries, then the contents. */
export async function* imageParts(given: CapturedTree, signal: AbortSignal): AsyncGenerator<Part> {
  const { entries, spool } = imageFiles(given.target);
  const bundles = await given.bundles(signal);
  yield {
    name: ENTRIES,
    size: (await stat(entries)).size,
    attributes: { formatVersion: 1 },
    pages: null,
    open: (abort) => createReadStream(entries, { signal: abort, highWaterMark: PORTION_BYTES }),
  };
  for (const bundle of bundles) {
    signal.throwIfAborted();
    yield {
      name: `content/${showPath(bundle.first)}`,
      size: bundle.size,
      attributes: { files: bundle.files },
      identity: bundle.identity,
      pages: null,
      open: (abort) =>
        bundle.slices === null
          ? readLarge(given, bundle, abort)
          : readSlices(spool, bundle.slices, abort),
    };
  }
}

async function* readSlices(
  spool: string,
  slices: NonNullable<Bundle["slices"]>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  await using file = await open(spool, "r");
  for (const [offset, length] of slices) {
    for (let at = 0; at < length; at += PORTION_BYTES) {
      signal.throwIfAborted();
      const bytes = Buffer.allocUnsafeSlow(Math.min(PORTION_BYTES, length - at));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, offset + at);
      yield bytes.subarray(0, bytesRead);
    }
  }
}

/**
 * Copies a large file that still lives where it was, and proves the copy before a byte of it goes
 * on. A child process does it: the file may be a database that this process has open.
 */
async function* readLarge(
  { live, target }: CapturedTree,
  { first, size, sha256 }: Bundle,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const copy = `${target}.${live.context.world.newId("large")}`;
  const input: LargeInput = { root: live.root, path: first, size, sha256: sha256 ?? "", copy };
  try {
    await live.context.hosts.run("bytes", entryModule("stores/files/large-task"), input, signal);
    yield* createReadStream(copy, { signal, highWaterMark: PORTION_BYTES });
  } finally {
    await rm(copy, { force: true });
  }
}
