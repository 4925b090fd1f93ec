import { readFile, rm, writeFile } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";

import { SalvorError, type ErrorCode } from "./errors.ts";
import { fileTrouble } from "./file-trouble.ts";
import { timestamp, type World } from "./world.ts";

/** Which lock is wanted, and how it is spoken of. */
export interface LockRequest {
  /** The lock's file; its folder must exist. The file stays behind, empty, and means nothing. */
  readonly path: string;
  /** `exclusive` keeps out everybody, `shared` keeps out the exclusive only. */
  readonly mode: "shared" | "exclusive";
  /** What is locked, for the message: `the repository /b`, `store "shop"`. */
  readonly subject: string;
  readonly busy: ErrorCode;
  readonly timeoutMs: number;
  readonly world: World;
}

const BUSY = 5;

/**
 * A lock that the kernel frees with its process: an empty SQLite file held in a transaction.
 * Who holds it is written beside, for display only.
 */
export async function holdLock(request: LockRequest): Promise<AsyncDisposable> {
  const database = openLock(request);
  try {
    database.exec(request.mode === "exclusive" ? "BEGIN EXCLUSIVE" : "BEGIN");
    // A deferred transaction holds nothing until it reads.
    if (request.mode === "shared") database.exec("SELECT count(*) FROM sqlite_schema");
  } catch (error) {
    database.close();
    throw await lockError(request, error);
  }
  const holder = `${request.path}.holder`;
  if (request.mode === "exclusive") await writeHolder(holder, request.world);
  return {
    [Symbol.asyncDispose]: async () => {
      if (request.mode === "exclusive") await rm(holder, { force: true }).catch(() => {});
      database.close();
    },
  };
}

function openLock({ path, timeoutMs }: LockRequest): DatabaseSync {
  try {
    return new DatabaseSync(path, { timeout: timeoutMs });
  } catch (error) {
    throw fileTrouble(path, error) ?? error;
  }
}

async function lockError(request: LockRequest, error: unknown): Promise<unknown> {
  if (!isBusy(error)) return fileTrouble(request.path, error) ?? error;
  const holder = await readFile(`${request.path}.holder`, "utf8").catch(() => "another process");
  return new SalvorError(request.busy, `${request.subject} is in use by ${holder.trim()}`, {
    hint: "Wait until it has finished and run the command again; if it hangs, stop that process.",
    cause: error,
  });
}

/** True for SQLITE_BUSY and its extended codes. */
export function isBusy(error: unknown): boolean {
  if (!(error instanceof Error) || !("errcode" in error)) return false;
  return typeof error.errcode === "number" && (error.errcode & 0xff) === BUSY;
}

/** For display only: a full disk must not make a held lock look lost. */
async function writeHolder(path: string, world: World): Promise<void> {
  const text = `process ${process.pid}, since ${timestamp(world.now())}\n`;
  await writeFile(path, text, { mode: 0o600 }).catch(() => {});
}
