import { parseLossless, canonicalLossless, type LosslessValue } from "../json/lossless.ts";
import { recordsOf, type RecordForm } from "../json/records.ts";
import { trimmed } from "../json/space.ts";
import { tailAt } from "../repair/tail.ts";
import { partOf } from "./fates.ts";
import type { Judge } from "./judge.ts";
import type { MendQuestion } from "./mend-document.ts";
import type { DocumentFate } from "./types.ts";

/** A larger file is not parsed: this process has little room for values. */
const PARSED_MAX = 16 << 20;
const SHOWN_MAX = 256;

/** A file that holds a whole list, and behind it another whole document. */
export interface SecondList {
  /** Where the list ends. */
  readonly end: number;
  readonly document: DocumentFate;
}

/**
 * Looks for a second document behind the end of a list. One that says the same says nothing new; one
 * that is no list of further documents belongs elsewhere, and none of it becomes a record of this
 * list. Null where there is no such thing, or what stands there are records that the list lacks.
 */
export function secondList(
  { file, judge }: MendQuestion,
  bytes: Uint8Array,
  form: Exclude<RecordForm, "jsonl">,
): SecondList | null {
  const end = bytes.length > PARSED_MAX ? -1 : tailAt(bytes);
  if (end === -1) return null;
  const [from, to] = trimmed(bytes, end, bytes.length);
  const [first, second] = [bytes.subarray(0, end), bytes.subarray(from, to)];
  const [whole, tail] = [parseLossless(first), parseLossless(second)];
  if (whole === undefined || tail === undefined || isList(whole) !== (form === "array"))
    return null;
  const told = { collection: judge.spec.name, path: file.name, key: { _path: file.name } };
  const fate = { ...told, dropped: [], loss: null };
  if (canonicalLossless(whole) === canonicalLossless(tail)) {
    const reasons = ["what stood behind its end says the same once more"];
    return { end, document: { ...fate, verdict: "repaired", reasons } };
  }
  const isMore = Array.isArray(whole)
    ? isMoreOf(judge, first, second, tail)
    : isLike(whole as Members, tail);
  if (isMore) return null;
  const text = Buffer.from(second.subarray(0, SHOWN_MAX)).toString();
  const dropped = [{ at: from, end: to, text }];
  const reasons = ["another document stood behind its end"];
  const part = partOf({ dropped, reasons });
  return { end, document: { ...fate, ...part, dropped, reasons } };
}

type Members = Map<string, LosslessValue>;

function isList(value: LosslessValue): boolean {
  return Array.isArray(value);
}

/** Documents of the collection that are not in the list yet. */
function isMoreOf(
  judge: Judge,
  first: Uint8Array,
  second: Uint8Array,
  tail: LosslessValue,
): boolean {
  if (judge.spec.key === undefined) return isList(tail);
  const known = new Set(idsOf(judge, first));
  const ids = isList(tail) ? idsOf(judge, second) : [judge.document(second, null)?.id ?? null];
  return ids.every((id) => id !== null && !known.has(id));
}

function idsOf(judge: Judge, list: Uint8Array): readonly (string | null)[] {
  return [...recordsOf(list, "array")].map(
    ({ bytes }) => judge.document(bytes, { name: null })?.id ?? null,
  );
}

/** Other members, with values of the same kinds. */
function isLike(first: Members, tail: LosslessValue): boolean {
  if (!(tail instanceof Map)) return false;
  const kinds = new Set([...first.values()].map(kindOf));
  return [...tail].every(([name, value]) => !first.has(name) && kinds.has(kindOf(value)));
}

function kindOf(value: LosslessValue): string {
  if (value instanceof Map) return "object";
  return Array.isArray(value) ? "array" : "scalar";
}
