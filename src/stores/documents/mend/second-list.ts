import { canonicalLossless, parseLossless, type LosslessValue } from "../json/lossless.ts";
import type { JsonPiece } from "../json/piece.ts";
import { recordsOf, type RecordForm } from "../json/records.ts";
import { trimmed } from "../json/space.ts";
import { isSound } from "../repair/draft.ts";
import { tailAt } from "../repair/tail.ts";
import { partOf } from "./fates.ts";
import type { Judge } from "./judge.ts";
import type { MendQuestion } from "./mend-document.ts";
import type { DocumentFate } from "./types.ts";

/** A larger file is not parsed: this process has little room for values. */
const PARSED_MAX = 16 << 20;
const SHOWN_MAX = 256;

/** A file that holds a whole list, and behind its end what is no more of it. */
export interface SecondList {
  /** Where the list ends. */
  readonly end: number;
  readonly document: DocumentFate;
}

/**
 * Looks behind the end of a whole list: what is left of an older version, the same list once more, or a
 * document of others. What only repeats records says nothing new; what belongs elsewhere becomes no
 * record of this list. Null where there is no such thing, or what stands there are further records.
 */
export function secondList(
  { file, judge }: MendQuestion,
  bytes: Uint8Array,
  form: Exclude<RecordForm, "jsonl">,
): SecondList | null {
  const end = bytes.length > PARSED_MAX ? -1 : tailAt(bytes);
  if (end === -1 || !isSound(bytes.subarray(0, end))) return null;
  const [from, to] = trimmed(bytes, end, bytes.length);
  const list = recordsOf(bytes.subarray(0, end), form);
  const tail = tailRecords(bytes, { end, from, to }, form);
  const verdict = judgeTail(judge, [...list], tail);
  if (verdict === "more") return null;
  const told = { collection: judge.spec.name, path: file.name, key: { _path: file.name } };
  if (verdict === "repeats" && !holdsMore(bytes, [from, to], tail)) {
    const reasons = ["what stood behind its end says the same once more"];
    return { end, document: { ...told, verdict: "repaired", reasons, dropped: [], loss: null } };
  }
  const text = Buffer.from(bytes.subarray(from, Math.min(to, from + SHOWN_MAX))).toString();
  const dropped = [{ at: from, end: to, text }];
  const reasons = [
    verdict === "foreign"
      ? "another document stood behind its end"
      : "an older version stood behind its end",
  ];
  const part = partOf({ dropped, reasons });
  return { end, document: { ...told, loss: null, ...part, dropped, reasons } };
}

type Tail = Pick<JsonPiece, "kind" | "key" | "from" | "end" | "bytes">;

/** What the tail holds, as a document of its own or as a part of the list. */
function tailRecords(
  bytes: Uint8Array,
  { end, from, to }: { readonly end: number; readonly from: number; readonly to: number },
  form: Exclude<RecordForm, "jsonl">,
): readonly Tail[] {
  const whole = bytes.subarray(from, to);
  const value = parseLossless(whole);
  if (value === undefined) return [...recordsOf(bytes, form)].filter((piece) => piece.end > end);
  const isList = form === "array" ? Array.isArray(value) : value instanceof Map;
  if (!isList) return [{ kind: "record", key: null, from, end: to, bytes: whole }];
  return [...recordsOf(whole, form)].map((piece) => ({
    ...piece,
    from: from + piece.from,
    end: from + piece.end,
  }));
}

/** How what stands behind a list is to it; `more`: it may have records that the list has not. */
function judgeTail(
  judge: Judge,
  list: readonly Tail[],
  tail: readonly Tail[],
): "repeats" | "older" | "foreign" | "more" {
  const records = tail.filter(({ kind }) => kind === "record");
  if (records.length === 0 || tail.some(({ kind }) => kind === "damaged")) return "more";
  const known = new Map(list.map((piece) => [nameOf(judge, piece), contentOf(piece)]));
  const kinds = new Set(list.map(kindOf));
  const isForeign = (piece: Tail): boolean =>
    judge.spec.key === undefined ? !kinds.has(kindOf(piece)) : nameOf(judge, piece) === null;
  if (records.some(isForeign)) return "foreign";
  if (!records.every((piece) => known.has(nameOf(judge, piece)))) return "more";
  const isSame = records.every((piece) => known.get(nameOf(judge, piece)) === contentOf(piece));
  return isSame ? "repeats" : "older";
}

/** Its key, its name in the file, or what it says where it has neither; null without its key. */
function nameOf(judge: Judge, piece: Tail): string | null {
  if (judge.spec.key !== undefined) {
    return judge.document(piece.bytes, { name: piece.key })?.id ?? null;
  }
  return piece.key ?? contentOf(piece);
}

function contentOf({ bytes }: Tail): string {
  const value = parseLossless(bytes);
  return value === undefined ? "" : canonicalLossless(value);
}

function kindOf({ bytes }: Tail): string {
  const value: LosslessValue | undefined = parseLossless(bytes);
  if (value instanceof Map) return "object";
  return Array.isArray(value) ? "array" : "scalar";
}

/** Anything but separators and brackets between the records. */
function holdsMore(
  bytes: Uint8Array,
  [from, to]: readonly [from: number, to: number],
  tail: readonly Tail[],
): boolean {
  let at = from;
  let rest = "";
  for (const piece of tail) {
    if (piece.kind !== "record") continue;
    rest += Buffer.from(bytes.subarray(at, Math.max(at, piece.from))).toString("latin1");
    at = piece.end;
  }
  rest += Buffer.from(bytes.subarray(at, Math.max(at, to))).toString("latin1");
  return /[^\s,[\]{}]/.test(rest);
}
