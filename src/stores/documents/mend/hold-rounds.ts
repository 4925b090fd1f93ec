import { createReadStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { diskError } from "../../../core/disk.ts";
import { readTree } from "../../files/capture.ts";
import { holdFolder, type HeldFolder } from "../held.ts";
import type { LiveDocuments } from "../live.ts";
import { withChanges } from "./overlay.ts";
import { keptFolders, OTHERS, type KeptRound } from "./round.ts";
import type { FileChange } from "./types.ts";

/** A live folder, held, and how far what was begun has come. */
export interface HeldRounds extends AsyncDisposable {
  /** As it will be when what was begun is done. */
  readonly folder: HeldFolder;
  /** Changes that were begun and are not done. */
  readonly pending: readonly FileChange[];
  /** Paths of files that somebody else has written to since. */
  readonly newer: readonly string[];
}

/** Holds the folder. What cannot be read of it is left alone. */
export async function holdRounds(
  live: LiveDocuments,
  rounds: readonly KeptRound[],
  signal: AbortSignal,
): Promise<HeldRounds> {
  const folder = await holdFolder(live, await readTree(live.tree, signal), signal);
  const dispose = folder[Symbol.asyncDispose].bind(folder);
  const last = rounds.at(-1);
  if (last === undefined) return { folder, pending: [], newer: [], [Symbol.asyncDispose]: dispose };
  const there = new Map(folder.files.map(({ raw, sha256 }) => [raw, sha256]));
  const now = (raw: string): string | null => there.get(raw) ?? null;
  const pending = last.changes.filter(
    ({ raw, before, after }) => now(raw) !== after && now(raw) === before,
  );
  const strayed = finalChanges(rounds)
    .filter(({ raw, before, after }) => now(raw) !== after && now(raw) !== before)
    .map(({ path }) => path);
  return {
    folder: withChanges(folder, pending, keptFolders(last.folder).after),
    pending,
    newer: [...strayed, ...(await changedOthers(folder, last))],
    [Symbol.asyncDispose]: dispose,
  };
}

/** Files that the last round has left alone, and that are not any more what they were then. */
async function changedOthers(
  { files }: HeldFolder,
  { folder }: KeptRound,
): Promise<readonly string[]> {
  const there = new Map(files.map(({ name, sha256 }) => [name, sha256]));
  const changed: string[] = [];
  const list = join(folder, OTHERS);
  const lines = createInterface({ input: createReadStream(list) });
  try {
    for await (const line of lines) {
      const [path, sha256] = JSON.parse(line) as readonly [path: string, sha256: string];
      if (there.get(path) !== sha256) changed.push(path);
    }
  } catch (error) {
    throw diskError(list, error);
  }
  return changed;
}

/** The last change of each file. */
export function finalChanges(rounds: readonly KeptRound[]): readonly FileChange[] {
  return [
    ...new Map(rounds.flatMap(({ changes }) => changes).map((each) => [each.raw, each])).values(),
  ];
}
