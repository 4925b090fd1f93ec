import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { setTimeout as delay } from "node:timers/promises";
import { backup, type DatabaseSync } from "node:sqlite";

import { SalvorError } from "../../core/errors.ts";
import { entryModule } from "../../core/module.ts";
import type { HostTask } from "../host/messages.ts";
import { engineError, openSettled, sqliteCode } from "./engine.ts";

/** Which database takes whose place, and what must still hold then. */
export interface ExchangeInput {
  /** The verified database beside. */
  readonly beside: string;
  readonly live: string;
  /** What the live state must still be once nobody else can commit. */
  readonly fingerprint: string;
  readonly busyTimeoutMs: number;
}

const RETRY_MS = 100;
const BUSY = 5;
const LOCKED = 6;

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
    if (!isAsked) refuseChanged(input);
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

/** Asks a third process: this one would drop its own locks by closing a handle to the file. */
function refuseChanged({ live, fingerprint }: ExchangeInput): void {
  const script = fileURLToPath(entryModule("stores/sqlite/fingerprint-main"));
  const { stdout } = spawnSync(process.execPath, [script, live], { encoding: "utf8" });
  if (stdout.trim() === fingerprint) return;
  throw new SalvorError("STORE_CHANGED", `${live} was written to after it was put in quarantine`, {
    hint: "Run the command again; stop the program that writes to it if that does not help.",
  });
}

/** The engine's copy does not wait for locks, so we do. */
async function patiently(input: ExchangeInput, attempt: () => Promise<void>): Promise<void> {
  const attemptsMax = 1 + Math.ceil(input.busyTimeoutMs / RETRY_MS);
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!isLocked(error)) throw error;
      if (attempts >= attemptsMax) throw locked(input, error);
    }
    await delay(RETRY_MS);
  }
}

/** A destination that is locked comes out of node:sqlite as code 0, "not an error". */
function isLocked(error: unknown): boolean {
  return [0, BUSY, LOCKED].includes(sqliteCode(error) ?? -1);
}

function locked({ live, busyTimeoutMs }: ExchangeInput, cause: unknown): SalvorError {
  return new SalvorError("STORE_BUSY", `${live} was locked for ${busyTimeoutMs} ms`, {
    hint: "Stop the program that holds a transaction open on it, and run the command again.",
    cause,
  });
}
