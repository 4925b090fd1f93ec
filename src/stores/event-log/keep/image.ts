import { SalvorError } from "../../../core/errors.ts";
import type { Observation } from "../../../core/finding.ts";
import { readRecord, writeKey, writeRecord } from "../../../receipts/canonical.ts";
import { sealReceipt } from "../../../receipts/seal.ts";
import { showKey } from "../../../receipts/show.ts";
import { TreeBuilder } from "../../../receipts/tree-builder.ts";
import type { Entry, SealedReceipt, Tree, Value } from "../../../receipts/types.ts";
import { entriesOf } from "../../entry-run.ts";
import type { Collection, Image, KeyRange } from "../../types.ts";
import { EventTable } from "../tables/event-table.ts";
import { contentDigest } from "./blocks.ts";
import type { CapturedLog } from "./capture.ts";
import { COLLECTIONS, DAMAGED, elementsOf, FILES } from "./collections.ts";
import { logParts } from "./parts.ts";
import { SortedLog } from "./sorted-log.ts";

/** What was captured, as an image. Its bytes are proven each time that they are read. */
export function openImage(captured: CapturedLog): Image {
  const { live, surveyed, at } = captured;
  const { fingerprint, content } = surveyed;
  const sorted = new SortedLog(captured);
  const table = new EventTable(captured);
  return {
    store: live.identity,
    at,
    fingerprint,
    description: { formatVersion: 1, fingerprint, content },
    parts: (signal) => logParts(captured, signal),
    collections: async () => COLLECTIONS,
    schema: async () => elementsOf(live.options),
    seal: (_options, signal) => sealLog(captured, sorted, signal),
    rows: (name, range, signal) =>
      rowsOf(captured, sorted, named(live.identity.name, name), range, signal),
    showKey: (name, key) => showKey({ ...named(live.identity.name, name), encoding: "utf-8" }, key),
    query: (query, signal) => table.ask(query, signal),
    check: (signal) => checkLog(captured, sorted, signal),
    referee: async function* () {}, // there is no other reader of lines
    [Symbol.asyncDispose]: async () => {
      await table[Symbol.asyncDispose]();
      await sorted[Symbol.asyncDispose]();
    },
  };
}

async function sealLog(
  captured: CapturedLog,
  sorted: SortedLog,
  signal: AbortSignal,
): Promise<SealedReceipt> {
  const { live, at, surveyed } = captured;
  const { segments, changed } = surveyed;
  const count = (sum: number, each: number): number => sum + each;
  return sealReceipt({
    store: live.identity.name,
    at,
    consistency: changed.length === 0 ? "stable" : "smeared",
    trees: [...(await sorted.trees(signal)), filesTree(captured)],
    references: [],
    schemaElements: elementsOf(live.options),
    portable: null,
    recorded: {
      segments: segments.length,
      bytes: segments.map(({ size }) => size).reduce(count, 0),
      torn: segments.map(({ torn }) => torn).reduce(count, 0),
    },
    level: "none",
  });
}

function filesTree(captured: CapturedLog): Tree {
  const builder = new TreeBuilder(FILES.name);
  for (const { key, row } of fileEntries(captured))
    builder.add(key, 0, key.length, row, 0, row.length);
  return builder.finish();
}

function fileEntries({ surveyed }: CapturedLog): readonly Entry[] {
  const text = (value: string): Value => ({ type: "text", bytes: Buffer.from(value) });
  const integer = (value: number): Value => ({ type: "integer", value: BigInt(value) });
  return surveyed.segments
    .map(({ path, size, mode, blocks }) => ({
      key: writeKey([text(path)]),
      row: writeRecord([integer(size), integer(mode), text(contentDigest(blocks))]),
    }))
    .toSorted((a, b) => Buffer.compare(a.key, b.key));
}

async function* rowsOf(
  captured: CapturedLog,
  sorted: SortedLog,
  { name }: Collection,
  range: KeyRange,
  signal: AbortSignal,
): AsyncGenerator<Entry> {
  if (name === FILES.name) {
    const { after, upTo } = range;
    for (const entry of fileEntries(captured)) {
      const isAfter = after === null || Buffer.compare(entry.key, after) > 0;
      if (isAfter && (upTo === null || Buffer.compare(entry.key, upTo) <= 0)) yield entry;
    }
    return;
  }
  const { run, done } = await sorted.rows(name, range, signal);
  try {
    yield* entriesOf(run, signal);
  } finally {
    await done();
  }
}

/** What is no event in it, by what it is and not by what it means. */
async function* checkLog(
  captured: CapturedLog,
  sorted: SortedLog,
  signal: AbortSignal,
): AsyncGenerator<Observation> {
  let count = 0;
  const range = { after: null, upTo: null };
  for await (const { row } of rowsOf(captured, sorted, DAMAGED, range, signal)) {
    const [fault] = readRecord(row);
    if (fault?.type === "text" && Buffer.from(fault.bytes).toString() !== "nameless") count += 1;
  }
  if (count === 0) return;
  yield {
    code: "event-log.lines.damaged",
    title: "Damaged lines",
    description: `${count} lines of the log are no whole events`,
    severity: "high",
    category: "corruption",
    location: {},
    evidence: "",
    remedies: ["merge"],
  };
}

function named(store: string, name: string): Collection {
  const found = COLLECTIONS.find((each) => each.name === name);
  if (found !== undefined) return found;
  throw new SalvorError("NOT_FOUND", `${store} has no collection ${name}`, {
    hint: `An event log has ${COLLECTIONS.map((each) => each.name).join(", ")}.`,
  });
}
