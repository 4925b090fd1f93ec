import { canonicalNumber, NumberText } from "../../../core/json-number.ts";
import { keyText, viewOf } from "./place.ts";
import { JsonReader } from "./reader.ts";

/** What a document holds; of a key that comes twice the last value, as with JSON.parse. */
export type LosslessValue =
  | null
  | boolean
  | string
  | NumberText
  | LosslessValue[]
  | Map<string, LosslessValue>;

/**
 * Reads a document with its numbers as text, however deep it is. A byte order mark is passed over;
 * what is no JSON gives undefined.
 */
export function parseLossless(bytes: Uint8Array): LosslessValue | undefined {
  const hasBom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const reader = new JsonReader(bytes, hasBom ? 3 : 0);
  const value = readValue(reader);
  return value !== undefined && reader.isLast() ? value : undefined;
}

/** Reads one value where the reader stands; undefined where there is none. */
function readValue(reader: JsonReader): LosslessValue | undefined {
  const root: LosslessValue[] = [];
  const open: (LosslessValue[] | Map<string, LosslessValue>)[] = [root];
  const keys: string[] = [];
  for (;;) {
    const event = reader.next();
    if (event === "end") return root[0];
    if (event === "fault") return undefined;
    if (event === "key") {
      keys.push(keyText(reader.bytes, reader.start, reader.end));
    } else if (event === "close-object" || event === "close-array") {
      open.pop();
    } else {
      const value = valueOf(event, reader);
      const parent = open.at(-1);
      if (parent instanceof Map) parent.set(keys.pop() ?? "", value);
      else parent?.push(value);
      if (event === "open-object" || event === "open-array") open.push(value as LosslessValue[]);
    }
  }
}

function valueOf(event: string, { bytes, start, end }: JsonReader): LosslessValue {
  if (event === "open-object") return new Map();
  if (event === "open-array") return [];
  if (event === "string") return keyText(bytes, start, end);
  if (event === "number") return new NumberText(viewOf(bytes, start, end).toString("latin1"));
  return bytes[start] === 0x6e ? null : bytes[start] === 0x74;
}

/**
 * A text that two documents share when they hold the same values: keys in the order of their UTF-16
 * units, no white space, numbers by `canonicalNumber` (RFC 8785 would round them).
 */
export function canonicalLossless(value: LosslessValue): string {
  const pieces: string[] = [];
  // What is still to be written, last first: values, and text between them.
  const ahead: (LosslessValue | Written)[] = [value];
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    if (next instanceof Written) pieces.push(next.text);
    else if (next instanceof NumberText) pieces.push(canonicalNumber(next.text));
    else if (Array.isArray(next)) pushArray(ahead, next);
    else if (next instanceof Map) pushObject(ahead, next);
    else pieces.push(JSON.stringify(next));
  }
  return pieces.join("");
}

/** Text that is written as it is. */
class Written {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

function pushArray(ahead: (LosslessValue | Written)[], items: readonly LosslessValue[]): void {
  ahead.push(new Written("]"));
  for (let index = items.length - 1; index >= 0; index -= 1) {
    ahead.push(items[index] ?? null);
    if (index > 0) ahead.push(new Written(","));
  }
  ahead.push(new Written("["));
}

function pushObject(
  ahead: (LosslessValue | Written)[],
  object: ReadonlyMap<string, LosslessValue>,
): void {
  ahead.push(new Written("}"));
  const keys = [...object.keys()].sort();
  for (let index = keys.length - 1; index >= 0; index -= 1) {
    const key = keys[index] ?? "";
    ahead.push(object.get(key) ?? null);
    ahead.push(new Written(`${index > 0 ? "," : ""}${JSON.stringify(key)}:`));
  }
  ahead.push(new Written("{"));
}
