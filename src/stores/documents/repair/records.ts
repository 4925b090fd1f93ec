import { isUtf8 } from "node:buffer";

import { encodingOf } from "../json/encoding.ts";
import type { JsonPiece, RecordLimits } from "../json/piece.ts";
import { readRecords, recordsOf, type RecordForm } from "../json/records.ts";
import { trimmed } from "../json/space.ts";
import { damageRuns } from "./damage-run.ts";
import { isSound } from "./draft.ts";
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
  const record = { ...options, isRecord: true };
  switch (piece.kind) {
    case "record":
      // A string that is not UTF-8 may be two, with all that was between them.
      if (isUtf8(piece.bytes)) yield { ...place, ...repairDocument(piece.bytes, record) };
      else yield* repairDamaged(piece, form, record);
      break;
    case "damaged":
      yield* repairDamaged(piece, form, record);
      break;
    case "stray":
      yield { ...place, ...lost("bytes that are no record"), kind: "stray" };
      break;
    case "cut":
      yield { ...place, ...lost("the file ends before its last bracket"), kind: "cut" };
      break;
  }
}

/**
 * Where the damage may hold the end of one record and the beginning of others, these are told apart:
 * the one that begins before it, what nobody can tell, and a sound one at the end of the line.
 */
function* repairDamaged(
  piece: JsonPiece,
  form: RecordForm,
  options: Partial<RepairOptions>,
): Generator<RecordRepair> {
  const isText = encodingOf(piece.bytes).name === "utf-8";
  const runs = isText ? damageRuns(piece.bytes) : [];
  const [first, last] = [runs[0], runs.at(-1)];
  if (first === undefined || last === undefined) {
    yield* repairWhole(piece, form, options);
    return;
  }
  const head = partOf(piece, 0, first.at);
  const behind = partOf(piece, last.end, piece.bytes.length);
  const isSoundBehind = form === "jsonl" && opensRecord(behind.bytes) && isSound(behind.bytes);
  const heads = [...repairWhole(head, form, options)];
  const isHeadLost = heads.every(({ verdict }) => verdict === "lost");
  const begin = isHeadLost ? 0 : first.at;
  const hidden = partOf(piece, begin, isSoundBehind ? last.end : piece.bytes.length);
  if (!isHeadLost) yield* heads;
  if (isHeadLost && !isSoundBehind) yield { ...placeOf(hidden), ...lost(UNREADABLE) };
  else yield { ...placeOf(hidden), index: null, ...lost(UNREADABLE), kind: "stray" };
  if (isSoundBehind) yield { ...placeOf(behind), ...repairDocument(behind.bytes, options) };
}

const UNREADABLE = "nothing behind the damage can be told for certain";

function repairWhole(
  piece: JsonPiece,
  form: RecordForm,
  options: Partial<RepairOptions>,
): Iterable<RecordRepair> {
  if (form === "object" && piece.key === null) return repairMember(piece, options);
  return [{ ...placeOf(piece), ...repairDocument(piece.bytes, options) }];
}

function placeOf({ index, key, from, at, end, line }: JsonPiece) {
  return { kind: "record", index, key, from, at, end, line } as const;
}

/** A part of a damaged piece, without white space at its ends. */
function partOf(piece: JsonPiece, start: number, stop: number): JsonPiece {
  const [from, to] = trimmed(piece.bytes, start, stop);
  const at = piece.at + from;
  const before = piece.bytes.subarray(0, from).reduce((sum, byte) => sum + Number(byte === 10), 0);
  return {
    ...piece,
    key: start === 0 ? piece.key : null,
    from: start === 0 ? piece.from : at,
    at,
    end: piece.at + to,
    line: piece.line + before,
    bytes: piece.bytes.subarray(from, to),
  };
}

/** A number or a word may be the end of something else. */
function opensRecord(bytes: Uint8Array): boolean {
  return bytes[0] === 0x7b || bytes[0] === 0x5b;
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
