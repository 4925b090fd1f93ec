import { backup, type DatabaseSync } from "node:sqlite";

import type { HostTask } from "../host/messages.ts";
import { engineError, openSettled } from "../engine/engine.ts";
import { patiently, refuseMoved, type Locked } from "./under-lock.ts";

/** Which database takes whose place, and what must still hold then. */
export interface ExchangeInput extends Locked {
  /** The verified database beside. */
  readonly beside: string;
  /** What the live state must still be once nobody else can commit. */
  readonly fingerprint: string;
}

/**
 * Bytes in one step of the copy. The first must fit into the engine's page cache (2 MB): what has
 * not been spilled leaves the file as it was, so that it can still be asked who it is.
 */
const STEP_BYTES = 1 << 20;

/**
 * Writes one database into another through the engine: one transaction, so that processes that have
 * it open see the new content, and a kill at any moment leaves the old one whole.
 *
 * After its first step the copy holds the lock that keeps all writers out. That is the moment to ask
 * whether the live state is still the one in quarantine; if not, the copy is taken back.
 */
export const task: HostTask<ExchangeInput, null> = async (input, { progress }) => {
  const source = openSettled(input.beside);
  try {
    await patiently(input, () => copyInto(source, input, progress));
    return null;
  } catch (error) {
    throw engineError(input.live, error);
  } finally {
    source.close();
  }
};

async function copyInto(
  source: DatabaseSync,
  input: ExchangeInput,
  progress: (done: number, total: number) => void,
): Promise<void> {
  let isAsked = false;
  const ask = (): void => {
    if (!isAsked) refuseMoved(input.live, input.fingerprint);
    isAsked = true;
  };
  const rate = pagesPerStep(source);
  if (rate === null) ask();
  await backup(source, input.live, {
    rate: rate ?? 1,
    progress: ({ totalPages, remainingPages }) => {
      ask();
      progress(totalPages - remainingPages, totalPages);
    },
  });
}

/**
 * At least two steps, because progress is told between them. A database of one page, which has no
 * tables, is copied in one step: null, and the question must come before it.
 */
function pagesPerStep(source: DatabaseSync): number | null {
  const value = (pragma: string): number =>
    Number(source.prepare(`PRAGMA ${pragma}`).get()?.[pragma]);
  const pages = value("page_count");
  if (pages < 2) return null;
  return Math.max(1, Math.min(pages - 1, Math.floor(STEP_BYTES / value("page_size"))));
}
