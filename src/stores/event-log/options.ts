import * as z from "zod";

import { globPattern } from "../glob.ts";
import { placeOf } from "./place.ts";

const name = z.string().min(1).max(256);
const fieldPath = z
  .string()
  .min(1)
  .max(256)
  .refine(
    (path) => path.split(".").every((step) => step !== ""),
    "must be a name, or a dotted path",
  );

const pattern = z
  .string()
  .min(1)
  .max(4096)
  .refine(isPattern, "must be the path of a file, or a pattern of paths");

const algorithm = z.enum(["crc32", "crc32c", "sha256"]);
const names = z.array(name).min(1).max(100).refine(areUnique, "names a field twice");

const envelope = z
  .strictObject({
    id: fieldPath.default("id"),
    type: fieldPath.default("type"),
    source: fieldPath.default("source"),
    subject: fieldPath.default("subject"),
    time: fieldPath.default("time"),
    sequence: fieldPath.default("sequence"),
    data: fieldPath.default("data"),
  })
  .prefault({});

const checksum = z.strictObject({
  field: name.describe("The member that holds it, in hex digits"),
  algorithm: algorithm.default("crc32"),
  over: z
    .union([z.literal("head", "must be head, or a list of members"), names])
    .default("head")
    .describe("The line's bytes before the checksum, or the canonical JSON of these members"),
});

const chain = z.strictObject({
  field: name.describe("The member that holds the digest of the event before, in hex digits"),
  algorithm: algorithm.default("sha256"),
  over: z
    .union([z.enum(["line", "head"], "must be line, head, or a list of members"), names])
    .default("line")
    .describe("Of the event before: its line, the line's bytes before its checksum, or members"),
});

/** The keys of an event log in salvor.yaml. */
export const eventLogOptions = z
  .object({
    path: pattern.describe("A file, a pattern of files, or an SQLite database with `table`"),
    table: name.optional().describe("The table of events, one a row"),
    order: name
      .optional()
      .describe("The whole-number column that orders the table; else its rowid"),
    envelope: envelope.describe("Where an event has its fields; CloudEvents 1.0 by default"),
    checksum: checksum.optional().describe("How each event proves that it is whole"),
    chain: chain.optional().describe("How each event proves what stands before it"),
    schemas: z
      .record(name, z.string().min(1).max(4096))
      .default({})
      .describe("JSON Schema of `data`, by type"),
    knownTypes: z
      .array(name)
      .max(10_000)
      .default([])
      .describe("Types that are known besides those with a schema; others are a finding"),
    sequence: z
      .enum(["contiguous", "increasing", "free"])
      .default("contiguous")
      .describe("What `sequence` promises of each source, where its values are whole numbers"),
    onDamaged: z
      .union([
        z.enum(["stop", "skip"], "must be stop, skip or { skipBelow: n }"),
        z.strictObject({ skipBelow: z.int().positive().max(1_000_000_000) }),
      ])
      .default("stop")
      .describe("What a rebuild does with events that cannot be applied"),
    lineBytesMax: z
      .int()
      .min(1_000)
      .max(64_000_000)
      .default(16_000_000)
      .describe("A longer line is damage and is not read"),
  })
  .superRefine((given, context) => {
    for (const { path, message } of contradictions(given))
      context.addIssue({ code: "custom", path, message });
  });

/** How an event log is opened. */
export type EventLogOptions = z.output<typeof eventLogOptions>;

/** Where an event has its fields. */
export type Envelope = z.output<typeof envelope>;

/** How an event carries a checksum of itself. */
export type ChecksumOptions = z.output<typeof checksum>;

/** How an event carries the digest of the one before. */
export type ChainOptions = z.output<typeof chain>;

/** What digests are made by. */
export type Algorithm = z.output<typeof algorithm>;

interface Contradiction {
  readonly path: string[];
  readonly message: string;
}

function contradictions(given: {
  readonly path: string;
  readonly table?: string | undefined;
  readonly order?: string | undefined;
  readonly checksum?: ChecksumOptions | undefined;
  readonly chain?: ChainOptions | undefined;
}): readonly Contradiction[] {
  const { path, table, order, checksum: sum, chain: link } = given;
  const found: Contradiction[] = [];
  const add = (message: string, ...at: string[]): void => void found.push({ path: at, message });
  if (table === undefined && order !== undefined) add("orders a table: name `table` too", "order");
  if (table !== undefined && placeOf(path).glob !== null)
    add("must be one database where `table` is", "path");
  if (table !== undefined && sum?.over === "head")
    add("must list columns: a row has no head", "checksum", "over");
  if (table !== undefined && link !== undefined && typeof link.over === "string")
    add("must list columns: a row is no line", "chain", "over");
  if (typeof sum?.over === "object" && sum.over.includes(sum.field))
    add("holds the checksum itself", "checksum", "over");
  if (table === undefined && link?.over === "head" && sum?.over !== "head")
    add("needs a checksum over the head, which tells where the head ends", "chain", "over");
  return found;
}

function isPattern(path: string): boolean {
  try {
    const { glob } = placeOf(path);
    if (glob !== null) globPattern(glob);
    return !path.endsWith("/");
  } catch {
    return false;
  }
}

function areUnique(given: readonly string[]): boolean {
  return new Set(given).size === given.length;
}
