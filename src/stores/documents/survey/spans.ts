import { isJsonObject, type Json } from "../../../core/json.ts";
import { JsonReader, type JsonEvent } from "../json/reader.ts";
import type { CollectionOptions } from "../options.ts";
import { textOf } from "./text.ts";
import { fieldOf } from "../values/field.ts";

/** Where one document lies in its file. */
export interface Span {
  /** The name or the index under which the file has it; null when it is alone there. */
  readonly step: string | number | null;
  /** Bytes, without the white space around it. */
  readonly start: number;
  readonly end: number;
}

/** How a file holds documents. */
export type Form = "document" | "array" | "keyed";

/** What a collection says about the form of its files. */
type FormOptions = Pick<CollectionOptions, "form" | "key">;

/** How a file that is JSON holds its documents, where its collection does not say it. */
export function formOf({ form, key }: FormOptions, value: Json): Form {
  if (form === "document" || form === "array" || form === "keyed") return form;
  if (Array.isArray(value)) return "array";
  return key !== undefined && isKeyed(value, key) ? "keyed" : "document";
}

/**
 * Is a file that is JSON surely one document? Told by its first bytes: of many in one object, the
 * first is an object itself.
 */
export function isPlainDocument(
  bytes: Uint8Array,
  from: number,
  { form, key }: FormOptions,
): boolean {
  if (form === "document") return true;
  if (form === "array" || form === "keyed") return false;
  const reader = new JsonReader(bytes, from);
  const first = reader.next();
  if (first !== "open-object") return first !== "open-array";
  return key === undefined || (reader.next() === "key" && reader.next() !== "open-object");
}

/** An object of objects that has not got the key itself. */
function isKeyed(value: Json, key: string): boolean {
  if (!isJsonObject(value) || fieldOf(value, key) !== undefined) return false;
  const members = Object.values(value);
  return members.length > 0 && members.every(isJsonObject);
}

const BRACKET = 0x5b;

/** How a file that is no JSON seems to hold them. */
export function formOfDamaged({ form }: FormOptions, bytes: Uint8Array): Form {
  if (form === "document" || form === "array" || form === "keyed") return form;
  return bytes.find((byte) => byte > 0x20 && byte < 0x80) === BRACKET ? "array" : "document";
}

/** The elements of an array, or the members of an object: those that end before the first fault. */
export function* elementSpans(bytes: Uint8Array, from: number): Generator<Span> {
  const reader = new JsonReader(bytes, from);
  let step: string | number = -1;
  let start = from;
  for (let event = reader.next(); event !== "end" && event !== "fault"; event = reader.next()) {
    const isClosing = event === "close-object" || event === "close-array";
    const level = isOpening(event) ? reader.depth - 1 : reader.depth;
    if (level === 0 && event === "open-object") step = "";
    if (level !== 1) continue;
    if (event === "key") {
      step = JSON.parse(textOf(bytes, reader.start, reader.end)) as string;
      continue;
    }
    if (!isClosing) start = reader.start;
    if (!isClosing && typeof step === "number") step++;
    if (!isOpening(event)) yield { step, start, end: reader.end };
  }
}

function isOpening(event: JsonEvent): boolean {
  return event === "open-object" || event === "open-array";
}
