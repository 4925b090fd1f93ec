import { readTree } from "../../files/capture.ts";
import { holdFolder, type HeldFolder } from "../held.ts";
import type { LiveDocuments } from "../live.ts";
import { withChanges } from "./overlay.ts";
import { keptFolders, type KeptRound } from "./round.ts";
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
  const newer = finalChanges(rounds).filter(
    ({ raw, before, after }) => now(raw) !== after && now(raw) !== before,
  );
  return {
    folder: withChanges(folder, pending, keptFolders(last.folder).after),
    pending,
    newer: newer.map(({ path }) => path),
    [Symbol.asyncDispose]: dispose,
  };
}

/** The last change of each file. */
export function finalChanges(rounds: readonly KeptRound[]): readonly FileChange[] {
  return [
    ...new Map(rounds.flatMap(({ changes }) => changes).map((each) => [each.raw, each])).values(),
  ];
}
