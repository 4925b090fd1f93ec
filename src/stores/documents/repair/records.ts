import type { JsonPiece, RecordLimits } from "../json/piece.ts";
import { readRecords, recordsOf, type RecordForm } from "../json/records.ts";
import { repairDocument } from "./document.ts";
import type { DocumentRepair, RepairOptions } from "./types.ts";

/** What became of one piece of a file of records. */
export interface RecordRepair extends DocumentRepair {
  /** `stray`: bytes that are no record; `cut`: the file ends before its form does. */
  readonly kind: "record" | "stray" | "cut";
  /** From 0, in the order of the file; null for what is no record. */
  readonly index: number | null;
  /** In an object the record's key; null when it cannot be read. */
  readonly key: string | null;
  /** Where the record begins with its key; the same as `at` outside of objects. */
  readonly from: number;
  /** Byte offsets in the file, `end` exclusive. */
  readonly at: number;
  readonly end: number;
  readonly line: number;
}

/**
 * Repairs a file of records one by one, in memory of a few times the largest: one bad byte costs one
 * record. Places inside a repair count from the piece's first byte.
 */
export async function* repairRecords(
  source: AsyncIterable<Uint8Array>,
  form: RecordForm,
  signal: AbortSignal,
  options: Partial<RepairOptions & RecordLimits> = {},
): AsyncGenerator<RecordRepair> {
  for await (const piece of readRecords(source, form, signal, options)) {
    yield* repairPiece(piece, form, options);
  }
}

/** The same for a file in memory. */
export function* repairRecordsOf(
  bytes: Uint8Array,
  form: RecordForm,
  options: Partial<RepairOptions & RecordLimits> = {},
): Generator<RecordRepair> {
  for (const piece of recordsOf(bytes, form, options)) yield* repairPiece(piece, form, options);
}

function* repairPiece(
  piece: JsonPiece,
  form: RecordForm,
  options: Partial<RepairOptions>,
): Generator<RecordRepair> {
  const { index, key, from, at, end, line } = piece;
  const place = { kind: "record", index, key, from, at, end, line } as const;
  switch (piece.kind) {
    case "record":
      yield { ...place, ...repairDocument(piece.bytes, options) };
      break;
    case "damaged":
      if (form === "object") yield* repairMember(piece, options);
      else yield { ...place, ...repairDocument(piece.bytes, options) };
      break;
    case "stray":
      yield { ...place, ...lost("bytes that are no record"), kind: "stray" };
      break;
    case "cut":
      yield { ...place, ...lost("the file ends before its last bracket"), kind: "cut" };
      break;
  }
}

function lost(reason: string): DocumentRepair {
  return { verdict: "lost", bytes: null, edits: [], dropped: [], reasons: [reason] };
}

/** A damaged member is mended as an object of its own, because its key may be the damage. */
function* repairMember(piece: JsonPiece, options: Partial<RepairOptions>): Generator<RecordRepair> {
  const { index, from, at, end, line } = piece;
  const braced = Buffer.concat([Buffer.from("{"), piece.bytes, Buffer.from("}")]);
  const repair = repairDocument(braced, options);
  const members =
    repair.bytes === null
      ? []
      : [...recordsOf(repair.bytes, "object")].filter(({ kind }) => kind === "record");
  const place = { kind: "record", index, key: null, from, at, end, line } as const;
  if (members.length === 0) yield { ...place, ...lost("no key or value can be read for certain") };
  for (const { key, bytes } of members) yield { ...place, ...repair, key, bytes };
}
