import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { setTimeout as delay } from "node:timers/promises";

import { SalvorError } from "../../core/errors.ts";
import { entryModule } from "../../core/module.ts";
import { sqliteCode } from "../engine/engine.ts";

/** A live database that is about to be changed, and how long to wait for those who lock it. */
export interface Locked {
  readonly live: string;
  readonly busyTimeoutMs: number;
}

const RETRY_MS = 100;
const BUSY = 5;
const LOCKED = 6;

/** Tries again while others lock the database: not every work of the engine waits for locks. */
export async function patiently<T>(locked: Locked, attempt: () => Promise<T> | T): Promise<T> {
  const attemptsMax = 1 + Math.ceil(locked.busyTimeoutMs / RETRY_MS);
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!isLocked(error)) throw error;
      if (attempts >= attemptsMax) throw stayedLocked(locked, error);
    }
    await delay(RETRY_MS);
  }
}

/** Asks a third process: this one would drop its own locks by closing a handle to the file. */
export function fingerprintUnderLock(live: string): string {
  const script = fileURLToPath(entryModule("stores/sqlite/fingerprint-main"));
  return spawnSync(process.execPath, [script, live], { encoding: "utf8" }).stdout.trim();
}

/** What was committed after the quarantine was taken must not be overwritten. */
export function refuseMoved(live: string, fingerprint: string): void {
  if (fingerprintUnderLock(live) === fingerprint) return;
  throw new SalvorError("STORE_CHANGED", `${live} was written to after it was put in quarantine`, {
    hint: "Run the command again; stop the program that writes to it if that does not help.",
  });
}

/** A destination that is locked comes out of node:sqlite's copy as code 0, "not an error". */
function isLocked(error: unknown): boolean {
  return [0, BUSY, LOCKED].includes(sqliteCode(error) ?? -1);
}

function stayedLocked({ live, busyTimeoutMs }: Locked, cause: unknown): SalvorError {
  return new SalvorError("STORE_BUSY", `${live} was locked for ${busyTimeoutMs} ms`, {
    hint: "Stop the program that holds a transaction open on it, and run the command again.",
    cause,
  });
}
