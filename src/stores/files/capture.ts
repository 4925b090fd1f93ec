import { join } from "node:path";

import { SalvorError } from "../../core/errors.ts";
import { entryModule } from "../../core/module.ts";
import { timestamp } from "../../core/world.ts";
import type { CaptureOptions } from "../capture-options.ts";
import type { Image } from "../types.ts";
import type { Bundle } from "./bundles.ts";
import type { Captured, CaptureInput } from "./capture-task.ts";
import type { CapturedTree } from "./captured-tree.ts";
import { imageFiles } from "./image-files.ts";
import { openImage } from "./image.ts";
import type { ListInput } from "./list-job.ts";
import type { LiveTree } from "./live.ts";

/** One instant of a live tree as an image: all of it, or an error. */
export async function captureTree(
  live: LiveTree,
  options: CaptureOptions,
  signal: AbortSignal,
): Promise<Image> {
  const tree = await readTree(live, signal);
  try {
    const unread = unreadOf(live, tree.captured, options);
    return { ...openImage(tree), ...unread };
  } catch (error) {
    await tree.dispose();
    throw error;
  }
}

/**
 * Reads a live tree into scratch space: names and small files are copied there, large files are read
 * again, and proven, when they are stored. What cannot be read is named among the troubles.
 */
export async function readTree(live: LiveTree, signal: AbortSignal): Promise<CapturedTree> {
  const { world, scratch, hosts, disk } = live.context;
  await refuseOther(live);
  const at = timestamp(world.now());
  const target = join(scratch, world.newId("tree"));
  const dispose = async (): Promise<void> => {
    await Promise.all(Object.values(imageFiles(target)).map((path) => disk.remove(path)));
  };
  try {
    const { root, options, listsFiles = false } = live;
    const input: CaptureInput = { root, exclude: options.exclude, target, listsFiles };
    const task = entryModule("stores/files/capture-task");
    const captured = await hosts.run<Captured>("bytes", task, input, signal);
    if (!captured.exists) throw missing(live);
    return { live, captured, at, target, bundles: bundlesOf(live, captured, target), dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Of what was read as a table, the list of entries is written for the first who wants it. */
function bundlesOf(
  { context }: LiveTree,
  { bundles, table }: Captured,
  target: string,
): CapturedTree["bundles"] {
  let listed: Promise<readonly Bundle[]> | null =
    bundles === null ? null : Promise.resolve(bundles);
  return async (signal) => {
    signal.throwIfAborted();
    if (listed === null && table !== null) {
      const input: ListInput = { table, entries: imageFiles(target).entries };
      listed = context.pool.run(entryModule("stores/files/list-job"), input);
    }
    return listed ?? [];
  };
}

/** A link is not followed: an exchange would put a folder in its place. */
async function refuseOther(live: LiveTree): Promise<void> {
  const found = await live.context.disk.stat(live.root);
  if (found === null) throw missing(live);
  if (found.kind === "folder") return;
  const what = found.kind === "link" ? "a link" : "no folder";
  throw new SalvorError("REFUSED", `${live.root} is ${what}, where a tree of files is expected`, {
    hint: "Name the folder itself.",
  });
}

function missing({ identity, root }: LiveTree): SalvorError {
  return new SalvorError("STORE_MISSING", `${root} does not exist`, {
    hint: `To bring it back: "salvor restore ${identity.name}@latest --in-place".`,
  });
}

/** What a salvage is told of, and what ends everything else. */
export function unreadOf(
  live: LiveTree,
  captured: Captured,
  { readable = false }: CaptureOptions,
): Pick<Image, "unread"> {
  if (!readable) refuseUnreadable(live, captured);
  const { troubles: entries, troublesTotal: total } = captured;
  return readable ? { unread: { entries, total } } : {};
}

/** A backup that silently lacks a file would be the worst of all. */
export function refuseUnreadable({ root }: LiveTree, { troubles, troublesTotal }: Captured): void {
  const [first] = troubles;
  if (first === undefined) return;
  const more = troublesTotal > 1 ? ` and ${troublesTotal - 1} more` : "";
  const path = join(root, first.path);
  if (first.code === "EIO") {
    throw new SalvorError("DISK_FAILED", `the disk failed to read ${path}${more}`, {
      hint: "Check the disk (dmesg, smartctl); exclude what cannot be read to save the rest.",
    });
  }
  throw new SalvorError("PERMISSION_DENIED", `${path}${more} cannot be read: ${first.code}`, {
    hint: 'Run as a user that may read it, or name it under "exclude" of the store.',
  });
}
