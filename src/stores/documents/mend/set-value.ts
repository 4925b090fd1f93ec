import { isJsonObject, type Json } from "../../../core/json.ts";
import { keyText } from "../json/place.ts";
import { JsonReader } from "../json/reader.ts";
import { skipSpace, trimmed } from "../json/space.ts";

/** Bytes that a value takes. */
interface Extent {
  readonly start: number;
  readonly end: number;
}

/** A place in a document where a value stands, or where a member would be added. */
interface Found extends Extent {
  /** The steps that lead no further; empty where the value is there. */
  readonly missing: readonly string[];
}

const OPEN_BRACE = 0x7b;
const STRING = 0x22;

/**
 * The text of a document with another value in one place; all its other bytes stay. A member that is
 * not there is added at the end of its object. Null where that cannot be, for no object is there.
 *
 * @param steps names and indexes from the root of the file.
 */
export function setValue(
  bytes: Uint8Array,
  steps: readonly (string | number)[],
  value: Json,
): Uint8Array | null {
  const found = locate(bytes, steps);
  if (found === null) return null;
  const { start, end, missing } = found;
  if (missing.length === 0) {
    const isText = bytes[start] === STRING;
    return splice(bytes, start, end, spelled(value, isText));
  }
  if (bytes[start] !== OPEN_BRACE) return null;
  const nested = missing.slice(1).reduceRight<Json>((inner, step) => ({ [step]: inner }), value);
  return withMember(bytes, { start, end }, missing[0] ?? "", nested);
}

/** Digits of a sum come as text, and stay a number where the document has one. */
function spelled(value: Json, isText: boolean): string {
  const isDigits = typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value);
  return isDigits && !isText ? value : JSON.stringify(value);
}

/** Behind the last member, kept apart from it as the first one is from the brace. */
function withMember(
  bytes: Uint8Array,
  { start, end }: Extent,
  name: string,
  value: Json,
): Uint8Array {
  const space = Buffer.from(bytes.subarray(start + 1, skipSpace(bytes, start + 1))).toString();
  const [, at] = trimmed(bytes, start + 1, end - 1);
  const isEmpty = at <= start + 1;
  const text = isJsonObject(value) ? JSON.stringify(value) : spelled(value, false);
  const member = `${JSON.stringify(name)}: ${text}`;
  return splice(bytes, at, at, isEmpty ? member : `,${space}${member}`);
}

function splice(bytes: Uint8Array, from: number, to: number, text: string): Uint8Array {
  return Buffer.concat([bytes.subarray(0, from), Buffer.from(text), bytes.subarray(to)]);
}

/** Where the value at the end of the steps stands, or the innermost one that is there. */
function locate(bytes: Uint8Array, steps: readonly (string | number)[]): Found | null {
  const [start, end] = trimmed(bytes, 0, bytes.length);
  let place: Extent = { start, end };
  for (const [at, step] of steps.entries()) {
    const child = childOf(bytes, place, step);
    if (child === null) {
      const missing = steps.slice(at).filter((each) => typeof each === "string");
      return missing.length === steps.length - at ? { ...place, missing } : null;
    }
    place = child;
  }
  return { ...place, missing: [] };
}

/** Of a name that comes twice the last one, as readers take it. */
function childOf(bytes: Uint8Array, { start, end }: Extent, step: string | number): Extent | null {
  const reader = new JsonReader(bytes, start, end);
  let key: string | number = -1;
  let from = start;
  let found: Extent | null = null;
  for (let event = reader.next(); event !== "end" && event !== "fault"; event = reader.next()) {
    const isOpening = event === "open-object" || event === "open-array";
    const isClosing = event === "close-object" || event === "close-array";
    if ((isOpening ? reader.depth - 1 : reader.depth) !== 1) continue;
    if (event === "key") {
      key = keyText(bytes, reader.start, reader.end);
      continue;
    }
    if (!isClosing) {
      from = reader.start;
      if (typeof key === "number") key += 1;
    }
    if (!isOpening && key === step) found = { start: from, end: reader.end };
  }
  return found;
}
