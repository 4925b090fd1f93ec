import { resolve } from "node:path";

import type { DriverContext, Store } from "../types.ts";
import { amendDatabase } from "./amend/amend.ts";
import { captureImage, imageInPlace } from "./capture.ts";
import { databasePath } from "./database-path.ts";
import { exchangeDatabase, type ExchangeRequest } from "./exchange.ts";
import type { LiveDatabase } from "./live.ts";
import { hasMoved } from "./moved.ts";
import { openersOf } from "./openers.ts";
import type { SqliteOptions } from "./options.ts";
import { preflightOf } from "./preflight.ts";
import { putBackDatabase } from "./put-back.ts";
import { quarantineDatabase } from "./quarantine.ts";
import { discardDatabase, restoreDatabase } from "./restore.ts";
import { holdDatabase } from "./specimen.ts";

/** Opens nothing: each call works on the file as it is then. */
export function openSqliteStore(
  name: string,
  options: SqliteOptions,
  context: DriverContext,
): Store {
  const path = databasePath(options.path);
  const given = { ...options, path: resolve(options.path) };
  const identity = { name, driver: "sqlite", address: path, options: given };
  const live: LiveDatabase = { identity, path, busyTimeoutMs: options.busyTimeoutMs, context };
  return {
    identity,
    preflight: async (signal) => (await preflightOf(context.hosts, path, signal)).observations,
    hold: (signal) => holdDatabase(live, signal),
    capture: ({ exclusive }, signal) => (exclusive ? imageInPlace : captureImage)(live, signal),
    restore: (content, signal) => restoreDatabase(context.disk, content, path, signal),
    quarantine: async (folder, signal) => {
      const { fingerprint } = await preflightOf(context.hosts, path, signal);
      return quarantineDatabase(context, path, folder, fingerprint, signal);
    },
    hasMoved: (since, signal) => hasMoved(live, since, signal),
    users: () => openersOf(path),
    exchange: async (beside, { fingerprint }, choices, signal) => {
      const request = await exchangeRequest(live, resolve(beside), signal);
      await exchangeDatabase({ ...request, fingerprint, options: choices }, signal);
    },
    putBack: (quarantine, choices) => putBackDatabase(context.disk, path, quarantine, choices),
    amend: (amendment, signal) => amendDatabase(live, amendment, signal),
    discard: () => discardDatabase(context.disk, path),
    [Symbol.asyncDispose]: async () => {},
  };
}

/**
 * The engine writes into the live file where preflight accepts it. With a -wal it cannot change the
 * size of pages: then only a rename will do.
 */
async function exchangeRequest(
  { context, path, busyTimeoutMs }: LiveDatabase,
  beside: string,
  signal: AbortSignal,
): Promise<Omit<ExchangeRequest, "fingerprint" | "options">> {
  const [ours, theirs] = await Promise.all([
    preflightOf(context.hosts, path, signal),
    preflightOf(context.hosts, beside, signal),
  ]);
  const isSamePageSize = ours.header?.pageSize === theirs.header?.pageSize;
  return {
    disk: context.disk,
    hosts: context.hosts,
    beside,
    live: path,
    busyTimeoutMs,
    engineAccepts: ours.verdict === "engine" && (ours.journalMode !== "wal" || isSamePageSize),
  };
}
