import { isUtf8 } from "node:buffer";

import type { Json } from "../../../core/json.ts";
import { checkJson, type JsonCheck } from "../json/check.ts";
import { isSpace } from "../json/space.ts";
import type { CollectionOptions } from "../options.ts";
import { textOf } from "./text.ts";
import { elementSpans, formOf, formOfDamaged, isPlainDocument, type Span } from "./spans.ts";

/** One document as it was read. */
export interface ReadDocument extends Span {
  /** Null where nobody wanted it. */
  readonly value: Json;
  /** `numbers`: some are not what their digits say once they are parsed; `several`: two readers can
   * see two documents. */
  readonly reading: Reading;
}

/** How sure it is that everybody reads the same in a document. */
export type Reading = "same" | "numbers" | "several";

/** One file, or one line, as it was read. */
export interface ReadFile {
  readonly check: JsonCheck;
  readonly documents: readonly ReadDocument[];
  /** Documents, or rests of a file, that cannot be read. */
  readonly unreadable: readonly Span[];
}

const BOM_BYTES = 3;

/**
 * The documents of a file that is one JSON value. A byte order mark alone keeps nobody from reading
 * it; of a list that is damaged, those before the damage are read.
 *
 * @param wantsValues false: the value of a document that is alone in its file may be left out.
 */
export function readJsonFile(
  bytes: Uint8Array,
  options: CollectionOptions,
  wantsValues = true,
): ReadFile {
  const check = checkJson(bytes);
  const from = check.faults[0]?.code === "bom" ? BOM_BYTES : 0;
  const isReadable = check.valid || (from > 0 && isJsonAfter(bytes, from));
  if (!isReadable) return readDamaged(bytes, check, options);
  const whole = { step: null, start: 0, end: bytes.length };
  if (!wantsValues && isPlainDocument(bytes, from, options)) {
    return {
      check,
      documents: [{ ...whole, value: null, reading: readingOf(check) }],
      unreadable: [],
    };
  }
  const value = JSON.parse(textOf(bytes, from, bytes.length)) as Json;
  const form = formOf(options, value);
  const reading = readingOf(check);
  if (form === "document") {
    return { check, documents: [{ ...whole, value, reading }], unreadable: [] };
  }
  if (typeof value !== "object" || value === null || Array.isArray(value) !== (form === "array"))
    return { check, documents: [], unreadable: [whole] };
  return { check, documents: elementsIn(bytes, from, reading), unreadable: [] };
}

/** The documents of a list that is sound. */
export function elementsIn(bytes: Uint8Array, from: number, reading: Reading): ReadDocument[] {
  return Array.from(elementSpans(bytes, from), (span) => ({
    ...span,
    value: JSON.parse(textOf(bytes, span.start, span.end)) as Json,
    reading,
  }));
}

const SEVERAL: ReadonlySet<string> = new Set(["duplicate-key", "lone-surrogate"]);
const NUMBERS: ReadonlySet<string> = new Set(["number-precision", "number-range"]);

/** How a document is read whose check was this. What is not listed may be anything. */
export function readingOf({ faults, more }: JsonCheck): Reading {
  if (more > 0 || faults.some(({ code }) => SEVERAL.has(code))) return "several";
  return faults.some(({ code }) => NUMBERS.has(code)) ? "numbers" : "same";
}

function isJsonAfter(bytes: Uint8Array, from: number): boolean {
  return checkJson(bytes.subarray(from)).valid;
}

/** What is read of a file that is no JSON: the documents of a list before its first fault. */
export function readDamaged(
  bytes: Uint8Array,
  check: JsonCheck,
  options: CollectionOptions,
): ReadFile {
  const documents: ReadDocument[] = [];
  let end = 0;
  if (formOfDamaged(options, bytes) !== "document") {
    const from = check.faults[0]?.code === "bom" ? BOM_BYTES : 0;
    for (const span of elementSpans(bytes, from)) {
      const part = bytes.subarray(span.start, span.end);
      if (!isUtf8(part)) break;
      const value = JSON.parse(textOf(bytes, span.start, span.end)) as Json;
      documents.push({ ...span, value, reading: "several" });
      ({ end } = span);
    }
  }
  return { check, documents, unreadable: [{ step: null, start: end, end: bytes.length }] };
}

/** One line of JSON Lines, and where it begins. */
export interface ReadLine {
  readonly read: ReadFile;
  /** From 0, within the bytes that were given. */
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

const NEWLINE = 0x0a;

/** The lines of JSON Lines, one document each; those without anything are passed over. */
export function* readLines(
  bytes: Uint8Array,
  firstLine: number,
  wantsValues = true,
): Generator<ReadLine> {
  let line = 0;
  for (let start = 0; start < bytes.length; line++) {
    const found = bytes.indexOf(NEWLINE, start);
    const end = found < 0 ? bytes.length : found;
    const content = bytes.subarray(start, end);
    if (!content.every(isSpace)) {
      const read = readJsonFile(content, ONE_DOCUMENT, wantsValues);
      yield { read: inFile(read, start, firstLine + line), line, start, end };
    }
    start = end + 1;
  }
}

const ONE_DOCUMENT = { form: "document" } as CollectionOptions;

/** A document is known by the number of its line, from 0. */
function inFile(read: ReadFile, start: number, step: number): ReadFile {
  const moved = <T extends Span>(span: T): T => ({
    ...span,
    step,
    start: span.start + start,
    end: span.end + start,
  });
  return {
    check: read.check,
    documents: read.documents.map(moved),
    unreadable: read.unreadable.map(moved),
  };
}
