import { join } from "node:path";

import { sortFiles, type HeldFolder } from "../held.ts";
import type { HeldFile } from "../survey/held-file.ts";
import type { FileChange } from "./types.ts";

/**
 * A folder that is held, as it will be when its files have changed: they are read where they lie
 * ready. It is disposed of with the folder itself.
 *
 * @param from folder that has, under their paths, the files as they are to be.
 */
export function withChanges(
  folder: HeldFolder,
  changes: readonly FileChange[],
  from: string,
): HeldFolder {
  const byPath = new Map(changes.map((change) => [change.raw, change]));
  const kept = folder.files.flatMap((file): readonly HeldFile[] => {
    const change = byPath.get(file.raw);
    byPath.delete(file.raw);
    return change === undefined ? [file] : changed(change, from, file.modifiedMs);
  });
  const added = [...byPath.values()].flatMap((change) => changed(change, from, 0));
  return { ...folder, ...sortFiles(folder.live, [...kept, ...added]) };
}

function changed(
  { raw, path: name, after, size }: FileChange,
  from: string,
  modifiedMs: number,
): readonly HeldFile[] {
  if (after === null) return [];
  return [{ name, raw, size, modifiedMs, sha256: after, path: join(from, name), start: 0 }];
}
