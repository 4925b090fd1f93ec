import { rm } from "node:fs/promises";
import { join } from "node:path";

import { SalvorError } from "../../core/errors.ts";
import type { Observation } from "../../core/finding.ts";
import type { JsonObject } from "../../core/json.ts";
import { entryModule } from "../../core/module.ts";
import { sealReceipt } from "../../receipts/seal.ts";
import { showKey } from "../../receipts/show.ts";
import type { Run } from "../../receipts/sorted-runs.ts";
import { unpackTree } from "../../receipts/tree-codec.ts";
import type { Entry, SealedReceipt } from "../../receipts/types.ts";
import { entriesOf } from "../entry-run.ts";
import type { Image, KeyRange, SealOptions } from "../types.ts";
import type { CapturedTree } from "./captured-tree.ts";
import { imageFiles } from "./image-files.ts";
import type { LiveTree } from "./live.ts";
import { observe } from "./observe.ts";
import { imageParts } from "./parts.ts";
import { TreeTable } from "./query.ts";
import { FILES } from "./rows.ts";
import type { RowsInput } from "./rows-job.ts";
import type { SealInput } from "./seal-job.ts";

/** What was captured, as an image. */
export function openImage(given: CapturedTree): Image {
  const { live, captured, at } = given;
  const table = new TreeTable(given);
  return {
    store: live.identity,
    at,
    fingerprint: captured.fingerprint,
    description: describe(given),
    parts: (signal) => imageParts(given, signal),
    collections: async () => [FILES],
    schema: async () => [],
    seal: (options, signal) => sealImage(given, options, signal),
    rows: (name, range, signal) => imageRows(given, named(live, name), range, signal),
    showKey: (_name, key) => showKey({ ...FILES, encoding: "utf-8" }, key),
    query: (query, signal) => table.ask(query, signal),
    check: async function* () {}, // there is no engine that could see more than the receipt
    referee: (sealed) => referee(sealed),
    [Symbol.asyncDispose]: given.dispose,
  };
}

function named(live: LiveTree, name: string): string {
  if (name === FILES.name) return name;
  throw new SalvorError("NOT_FOUND", `${live.identity.name} has no collection ${name}`, {
    hint: `A tree of files has one collection: ${FILES.name}.`,
  });
}

/** There is no other reader; but what is of no one instant is never complete. */
async function* referee({ receipt }: SealedReceipt): AsyncGenerator<Observation> {
  if (receipt.consistency !== "smeared") return;
  const names = JSON.stringify(receipt.recorded["changing"] ?? []);
  const description = `files changed each time that they were read for it: ${names}`;
  yield observe("files.tree.changing", description, {}, names);
}

/** What a later recovery wants to know and the rows do not tell. Never compared. */
function describe({ captured, live }: CapturedTree): JsonObject {
  const { counts, fingerprint, changed, changedTotal } = captured;
  return {
    engine: "files",
    ...counts,
    owners: live.options.owners,
    // What moved on while it was read can never be told from what moved on later.
    fingerprint: changedTotal === 0 ? fingerprint : null,
    changing: changed,
  };
}

async function sealImage(
  given: CapturedTree,
  { portable }: SealOptions,
  signal: AbortSignal,
): Promise<SealedReceipt> {
  const { live, captured, at } = given;
  const { pool, scratch } = live.context;
  const input: SealInput = { ...entriesInput(given), scratch };
  const packed = await pool.run<ArrayBuffer>(entryModule("stores/files/seal-job"), input);
  signal.throwIfAborted();
  const trees = [unpackTree(packed)];
  return sealReceipt({
    store: live.identity.name,
    at,
    consistency: captured.changedTotal === 0 ? "stable" : "smeared",
    trees,
    references: [],
    schemaElements: [],
    // Rows of a tree mean the same everywhere: they are their own portable form.
    portable: portable ? { trees, unlisted: [] } : null,
    recorded: describe(given),
    level: "none",
  });
}

async function* imageRows(
  given: CapturedTree,
  collection: string,
  range: KeyRange,
  signal: AbortSignal,
): AsyncIterable<Entry> {
  const { pool, scratch, world } = given.live.context;
  const target = join(scratch, world.newId(collection));
  const input: RowsInput = { ...entriesInput(given), range, scratch, target };
  try {
    const run = await pool.run<Run>(entryModule("stores/files/rows-job"), input);
    yield* entriesOf(run, signal);
  } finally {
    await rm(target, { force: true });
  }
}

function entriesInput({ target, live }: CapturedTree): { entries: string; owners: boolean } {
  return { entries: imageFiles(target).entries, owners: live.options.owners === "compared" };
}
