import { SalvorError } from "../../core/errors.ts";
import type { Observation } from "../../core/finding.ts";
import { readTree, refuseUnreadable } from "../files/capture.ts";
import { preflightTree } from "../files/preflight.ts";
import type { Image, Specimen } from "../types.ts";
import { auditFolder } from "./looks/audit.ts";
import { integrityOfFolder } from "./looks/integrity.ts";
import type { HeldDocuments } from "./looks/held-documents.ts";
import { scanFolder } from "./looks/scan.ts";
import { SURVEY_JOB } from "./survey/survey.ts";
import { holdFolder, type HeldFolder } from "./held.ts";
import { openDocuments } from "./image.ts";
import type { LiveDocuments } from "./live.ts";
import { observe } from "./findings.ts";

/** Holds a store: an image where all of it can be read, and what can be read in any case. */
export async function holdDocuments(live: LiveDocuments, signal: AbortSignal): Promise<Specimen> {
  live.tree.context.pool.warm(SURVEY_JOB); // each look needs the threads, and holding leaves them time to start
  const blocked = await preflightDocuments(live);
  const { folder, image, trouble } = await tryRead(live, signal);
  const held: HeldDocuments = { live, folder, image, blocked };
  return {
    image,
    trouble,
    inspect: (kind, abort) => LOOKS[kind](held, abort),
    [Symbol.asyncDispose]: async () => {
      await (image ?? folder)?.[Symbol.asyncDispose](); // an image has the folder, and tables too
    },
  };
}

const LOOKS = {
  audit: auditFolder,
  integrity: integrityOfFolder,
  scan: scanFolder,
} as const;

/** Is there a folder at all? */
export async function preflightDocuments({ tree }: LiveDocuments): Promise<readonly Observation[]> {
  const found = await preflightTree(tree.context.disk, tree.root);
  return found.map(({ code, description }) =>
    observe(
      code === "files.root.missing" ? "documents.root.missing" : "documents.root.kind",
      description,
      {},
    ),
  );
}

interface Tried {
  readonly folder: HeldFolder | null;
  readonly image: Image | null;
  readonly trouble: SalvorError | null;
}

/** What the store itself is to blame for is looked into; what keeps us from looking is thrown. */
async function tryRead(live: LiveDocuments, signal: AbortSignal): Promise<Tried> {
  let folder: HeldFolder | null = null;
  try {
    folder = await holdFolder(live, await readTree(live.tree, signal), signal);
    refuseUnreadable(live.tree, folder.captured.captured);
    return { folder, image: openDocuments(folder), trouble: null };
  } catch (error) {
    const isStores = error instanceof SalvorError && STORES_OWN.has(error.code);
    if (isStores && !signal.aborted) return { folder, image: null, trouble: error };
    await folder?.[Symbol.asyncDispose]();
    signal.throwIfAborted();
    throw error;
  }
}

const STORES_OWN: ReadonlySet<string> = new Set([
  "DISK_FAILED",
  "PERMISSION_DENIED",
  "REFUSED", // something else in its place
  "STORE_MISSING",
]);
