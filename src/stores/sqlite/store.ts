import { resolve } from "node:path";

import { SalvorError } from "../../core/errors.ts";
import type { CaptureOptions } from "../capture-options.ts";
import type { DriverContext, Store } from "../types.ts";
import { amendDatabase } from "./amend/amend.ts";
import { captureImage, imageInPlace, imageOfFrozen } from "./capture.ts";
import { databasePath } from "./database-path.ts";
import { exchangeDatabase, type ExchangeRequest, type ExchangeWay } from "./exchange.ts";
import type { LiveDatabase } from "./live.ts";
import { hasMoved } from "./moved.ts";
import { openersOf } from "./openers.ts";
import type { SqliteOptions } from "./options.ts";
import { preflightOf, type Preflight } from "./preflight.ts";
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
    capture: (asked, signal) => captureOf(asked)(live, signal),
    restore: async (content, { only }, signal) => {
      if (only !== undefined) throw hasNoFiles(path);
      await restoreDatabase(context.disk, content, path, signal);
    },
    compareFiles: async () => {
      throw hasNoFiles(path);
    },
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
    putBack: async (quarantine, choices, signal) => {
      const { fingerprint } = await preflightOf(context.hosts, path, signal);
      const { disk } = context;
      await putBackDatabase({ disk, live: path, quarantine, fingerprint, options: choices });
    },
    amend: (amendment, signal) => amendDatabase(live, amendment, signal),
    discard: () => discardDatabase(context.disk, path),
    [Symbol.asyncDispose]: async () => {},
  };
}

function hasNoFiles(path: string): SalvorError {
  return new SalvorError("USAGE", `${path} is one database, and no folder with paths in it`, {
    hint: 'Restore it whole, beside or in place; rows that are missing go back by "salvor recover".',
  });
}

function captureOf({ exclusive, frozen = false }: CaptureOptions): typeof captureImage {
  if (frozen) return imageOfFrozen;
  return exclusive ? imageInPlace : captureImage;
}

/** Which way the exchange goes is for the bytes of both files to tell. */
async function exchangeRequest(
  { context, path, busyTimeoutMs }: LiveDatabase,
  beside: string,
  signal: AbortSignal,
): Promise<Omit<ExchangeRequest, "fingerprint" | "options">> {
  // One after the other, in one process: starting a second one takes longer than both looks.
  const ours = await preflightOf(context.hosts, path, signal);
  const theirs = await preflightOf(context.hosts, beside, signal);
  const { disk, hosts } = context;
  return { disk, hosts, beside, live: path, busyTimeoutMs, way: wayOf(ours, theirs) };
}

/**
 * Through the engine wherever it may write into the live file. A hot journal it rolls back by itself,
 * as for whoever opens the file next; then that is what goes to quarantine before the exchange.
 */
function wayOf(ours: Preflight, theirs: Preflight): ExchangeWay {
  const isHot = ours.verdict === "copy" && ours.journal?.state === "hot";
  const isReadOnly = ours.observations.some(({ code }) => code === "sqlite.header.write-version");
  if (isReadOnly || (ours.verdict !== "engine" && !isHot)) return "rename";
  const isSamePageSize = ours.header?.pageSize === theirs.header?.pageSize;
  return ours.journalMode === "wal" && !isSamePageSize ? "engine-without-wal" : "engine";
}
