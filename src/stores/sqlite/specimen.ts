import { rm } from "node:fs/promises";
import { join } from "node:path";

import { SalvorError } from "../../core/errors.ts";
import { entryModule } from "../../core/module.ts";
import type { Image, Specimen } from "../types.ts";
import { COMPANIONS } from "./address.ts";
import { auditDatabase } from "./audit/audit.ts";
import { captureImage } from "./capture.ts";
import { integrityOfDatabase } from "./integrity/integrity.ts";
import type { LiveDatabase } from "./live.ts";
import { preflightOf } from "./preflight.ts";
import { scanDatabase } from "./scan/scan.ts";
import type { SettleInput } from "./settle-task.ts";

/** Holds a database: an image where the engine may look, else (or also) its bytes as they are. */
export async function holdDatabase(live: LiveDatabase, signal: AbortSignal): Promise<Specimen> {
  const preflight = await preflightOf(live.context.hosts, live.path, signal);
  const { image, trouble } = await tryCapture(live, signal);
  const isAllShown = image !== null && preflight.verdict === "engine";
  const copyPath = isAllShown || preflight.size === 0 ? null : await copyBytes(live, signal);
  const imagePath = await pathOf(image, signal);
  const hurtTables = new Set<string>();
  const held = { live, preflight, image, trouble, imagePath, copyPath, hurtTables };
  return {
    image,
    trouble,
    inspect: (kind, abort) => LOOKS[kind](held, abort),
    [Symbol.asyncDispose]: async () => {
      await image?.[Symbol.asyncDispose]();
      if (copyPath !== null) await removeCopy(copyPath);
    },
  };
}

const LOOKS = { audit: auditDatabase, integrity: integrityOfDatabase, scan: scanDatabase } as const;

interface Tried {
  readonly image: Image | null;
  readonly trouble: SalvorError | null;
}

/** What the store itself is to blame for is looked into; what keeps us from looking is thrown. */
async function tryCapture(live: LiveDatabase, signal: AbortSignal): Promise<Tried> {
  try {
    return { image: await captureImage(live, signal), trouble: null };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof SalvorError) || !STORES_OWN.has(error.code)) throw error;
    return { image: null, trouble: error };
  }
}

const STORES_OWN: ReadonlySet<string> = new Set([
  "PERMISSION_DENIED",
  "REFUSED", // a folder in its place
  "STORE_DAMAGED",
  "STORE_MISSING",
]);

async function pathOf(image: Image | null, signal: AbortSignal): Promise<string | null> {
  if (image === null) return null;
  const [part] = await Array.fromAsync(image.parts(signal));
  return part?.pages?.path ?? null;
}

/** Null when the disk or its permissions do not let it be read. */
async function copyBytes(live: LiveDatabase, signal: AbortSignal): Promise<string | null> {
  const { world, scratch, hosts } = live.context;
  const path = join(scratch, `${world.newId("held")}.sqlite`);
  const input: SettleInput = { path: live.path, target: path };
  try {
    await hosts.run("bytes", entryModule("stores/sqlite/settle-task"), input, signal);
    return path;
  } catch (error) {
    await removeCopy(path);
    signal.throwIfAborted();
    if (!(error instanceof SalvorError) || !STORES_OWN.has(error.code)) throw error;
    return null;
  }
}

async function removeCopy(path: string): Promise<void> {
  await Promise.all(["", ...COMPANIONS].map((ending) => rm(path + ending, { force: true })));
}
