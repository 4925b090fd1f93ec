import { parseExact, type ExactJson } from "../values/exact.ts";
import type { Span } from "./spans.ts";
import { textOf } from "./text.ts";

const BOM = /^\u{FEFF}/u;

/** A document that was read, with its numbers as their digits spell them. */
export function exactOf(bytes: Uint8Array, { start, end }: Span): ExactJson {
  return parseExact(textOf(bytes, start, end).replace(BOM, ""));
}
