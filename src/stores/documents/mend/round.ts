import { join } from "node:path";

import { readWhole, type Disk } from "../../../core/disk.ts";
import { SalvorError } from "../../../core/errors.ts";
import type { FileChange } from "./types.ts";

/**
 * One round of mending, as its manifest has it. The manifest is written last: from then on all that
 * it says lies beside it, synced, and can be done and taken back, however often.
 */
export interface Round {
  readonly formatVersion: 1;
  readonly minReader: 1;
  readonly store: string;
  /** RFC 3339. */
  readonly at: string;
  readonly changes: readonly FileChange[];
}

/** A round, and the folder that keeps what it changes. */
export interface KeptRound extends Round {
  readonly folder: string;
}

/** Name of a round's manifest. */
export const MANIFEST = "manifest.json";

/** Name of the list of all files that a round leaves alone: `[path, sha256]`, one a line. */
export const OTHERS = "unchanged.ndjson";

/** The folders that keep files as they were, and as they are to be. */
export function keptFolders(folder: string): { readonly before: string; readonly after: string } {
  return { before: join(folder, "before"), after: join(folder, "after") };
}

/** Where the next round goes. */
export function nextRound(quarantine: string, rounds: readonly KeptRound[]): string {
  return join(quarantine, `round-${rounds.length + 1}`);
}

/** The rounds that were begun in a quarantine, in order; a folder without a manifest is none. */
export async function readRounds(disk: Disk, quarantine: string): Promise<readonly KeptRound[]> {
  const rounds: KeptRound[] = [];
  for (;;) {
    const folder = nextRound(quarantine, rounds);
    const bytes = await readWhole(disk, join(folder, MANIFEST));
    if (bytes === null) return rounds;
    rounds.push({ ...parseRound(folder, bytes), folder });
  }
}

function parseRound(folder: string, bytes: Buffer): Round {
  try {
    const round = JSON.parse(bytes.toString()) as Round;
    if (round.minReader === 1 && Array.isArray(round.changes)) return round;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new SalvorError("STATE_DAMAGED", `${join(folder, MANIFEST)} is not what was written`, {
    hint: "Look at the files beside it: before/ has them as they were, after/ as they were to be.",
  });
}
