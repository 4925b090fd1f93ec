import { dirname } from "node:path";

import type { Disk, DiskFile, Entry } from "../../core/disk.ts";
import { SalvorError } from "../../core/errors.ts";
import { entryModule } from "../../core/module.ts";
import type { Hosts } from "../host/hosts.ts";
import type { StoreUsers } from "../open-files.ts";
import type { ExchangeOptions } from "../types.ts";
import { COMPANIONS } from "./address.ts";
import { moveFolderAside } from "./aside.ts";
import type { ExchangeInput } from "./exchange-task.ts";
import type { JournalModeInput } from "./journal-mode-task.ts";
import { openersOf } from "./openers.ts";
import { preflightOf } from "./preflight.ts";
import { withoutWal } from "./preflight/fingerprint.ts";

/**
 * `engine`: one transaction of the engine; `engine-without-wal`: the same, after the live file has
 * left WAL mode; `rename`: for what the engine refuses.
 */
export type ExchangeWay = "engine" | "engine-without-wal" | "rename";

/** An exchange, and what it may do it with. */
export interface ExchangeRequest extends ExchangeInput {
  readonly disk: Disk;
  readonly hosts: Hosts;
  readonly way: ExchangeWay;
  readonly options: ExchangeOptions;
}

/** Puts the database beside in the live one's place: through the engine, or else by renaming. */
export async function exchangeDatabase(
  request: ExchangeRequest,
  signal: AbortSignal,
): Promise<void> {
  if (request.way === "engine") return exchangeThroughEngine(request, signal);
  if (request.way === "engine-without-wal") return exchangeWithoutWal(request, signal);
  refuseUsed(request.live, await openersOf(request.live), request.options);
  await keepPermissions(request.disk, request.live, request.beside);
  await refuseChanged(request, signal);
  return exchangeByRename(request);
}

async function exchangeThroughEngine(
  { hosts, beside, live, fingerprint, busyTimeoutMs }: ExchangeRequest,
  signal: AbortSignal,
): Promise<void> {
  const input: ExchangeInput = { beside, live, fingerprint, busyTimeoutMs };
  try {
    await hosts.run("engine", entryModule("stores/sqlite/exchange-task"), input, signal);
  } catch (error) {
    throw await withUsers(live, error);
  }
}

/** The engine cannot change the size of pages under a -wal: what lies there is moved in first. */
async function exchangeWithoutWal(request: ExchangeRequest, signal: AbortSignal): Promise<void> {
  const fingerprint = await setJournalMode(request, "delete", signal);
  try {
    await exchangeThroughEngine({ ...request, fingerprint }, signal);
  } catch (error) {
    // The content is whole in either mode: what kept the exchange from its end is the news.
    await setJournalMode(request, "wal", signal).catch(() => {});
    throw error;
  }
}

async function setJournalMode(
  { hosts, live, fingerprint, busyTimeoutMs }: ExchangeRequest,
  to: JournalModeInput["to"],
  signal: AbortSignal,
): Promise<string> {
  const still = to === "delete" ? fingerprint : null;
  const input: JournalModeInput = { live, busyTimeoutMs, to, fingerprint: still };
  const task = entryModule("stores/sqlite/journal-mode-task");
  try {
    return await hosts.run<string>("engine", task, input, signal);
  } catch (error) {
    throw await withUsers(live, error);
  }
}

/** A lock has an owner: whoever has to stop it wants its name. */
export async function withUsers(live: string, error: unknown): Promise<unknown> {
  if (!(error instanceof SalvorError) || error.code !== "STORE_BUSY") return error;
  const { processes } = await openersOf(live);
  if (processes.length === 0) return error;
  return new SalvorError("STORE_BUSY", `${error.message}; open in ${listed(processes)}`, {
    hint: error.hint,
    cause: error,
  });
}

/** What was committed after the quarantine was taken must not go with the old file. */
async function refuseChanged(
  { hosts, live, fingerprint }: ExchangeRequest,
  signal: AbortSignal,
): Promise<void> {
  const now = (await preflightOf(hosts, live, signal)).fingerprint;
  // The -wal is gone already when a rename was killed half-way; then the rest is as it was.
  if (now === fingerprint || now === withoutWal(fingerprint)) return;
  throw new SalvorError("STORE_CHANGED", `${live} was written to after it was put in quarantine`, {
    hint: "Run the command again; stop the program that writes to it if that does not help.",
  });
}

/**
 * The order matters: a stale -wal or a hot journal beside a new file would undo it and still check
 * "ok", so they go first, durably; their bytes are in quarantine. Between the two the live name has
 * neither the old nor the new whole, which is why only what is broken anyway comes here.
 */
async function exchangeByRename(request: ExchangeRequest): Promise<void> {
  const { disk, beside, live } = request;
  const folder = dirname(live);
  for (const ending of COMPANIONS) await disk.remove(live + ending);
  await disk.syncFolder(folder);
  await moveFolderAside(disk, live, request.fingerprint);
  await disk.rename(beside, live);
  await disk.syncFolder(folder);
}

/** Gives `beside` the mode and owner of the live file, if there is one. */
export async function keepPermissions(disk: Disk, live: string, beside: string): Promise<void> {
  const entry = await disk.stat(live);
  if (entry === null || entry.kind === "folder") return;
  const ours = await disk.stat(beside);
  await using file = await disk.open(beside, "update");
  await file.setMode(entry.mode);
  if (ours?.uid !== entry.uid || ours.gid !== entry.gid) await keepOwner(file, live, entry);
  await file.sync();
}

async function keepOwner(file: DiskFile, live: string, { uid, gid }: Entry): Promise<void> {
  try {
    await file.setOwner(uid, gid);
  } catch (error) {
    if (!(error instanceof SalvorError) || error.code !== "PERMISSION_DENIED") throw error;
    const owner = `user ${uid} and group ${gid}`;
    throw new SalvorError("PERMISSION_DENIED", `${live} belongs to ${owner}, and must go on so`, {
      hint: "Run as root, or as that user: only they can put a new file in its place.",
      cause: error,
    });
  }
}

/** A process that has the old file open would go on writing into it after a rename. */
export function refuseUsed(live: string, users: StoreUsers, options: ExchangeOptions): void {
  if (users.processes.length > 0) {
    throw new SalvorError("STORE_BUSY", `${live} is open in ${listed(users.processes)}`, {
      hint: "Stop it: it would go on writing into the old file. Then run the command again.",
    });
  }
  if (users.complete || options.unseen) return;
  throw new SalvorError("REFUSED", `it cannot be seen whether a process has ${live} open`, {
    hint: "Make sure that nothing uses it, and add --yes; or run as root.",
  });
}

function listed(processes: StoreUsers["processes"]): string {
  return processes.map(({ pid, command }) => `process ${pid} (${command})`).join(", ");
}
