import type { RecordForm } from "../json/records.ts";
import { skipSpace, trimmed } from "../json/space.ts";
import type { Splice } from "./mend-records.ts";

const OPENERS: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const NEWLINE = 0x0a;

/** Adds records behind the last one of a sound file, kept apart as the others are. */
export function appendRecords(
  bytes: Uint8Array,
  form: RecordForm,
  texts: readonly Uint8Array[],
): Splice {
  return form === "jsonl" ? appendLines(bytes, texts) : appendElements(bytes, texts);
}

function appendLines(bytes: Uint8Array, texts: readonly Uint8Array[]): Splice {
  const isEnded = bytes.length === 0 || bytes.at(-1) === NEWLINE;
  const pieces = texts.flatMap((text) => [text, Buffer.from("\n")]);
  const at = bytes.length;
  return { from: at, to: at, bytes: Buffer.concat([Buffer.from(isEnded ? "" : "\n"), ...pieces]) };
}

function appendElements(bytes: Uint8Array, texts: readonly Uint8Array[]): Splice {
  const [start, end] = trimmed(bytes, 0, bytes.length);
  const [, at] = trimmed(bytes, start, end - 1);
  const space = bytes.subarray(start + 1, skipSpace(bytes, start + 1));
  const isEmpty = at === start + 1 && OPENERS.has(bytes[start] ?? 0);
  const comma = Buffer.concat([Buffer.from(","), isEmpty ? new Uint8Array(0) : space]);
  const pieces = texts.flatMap((text, index) => (isEmpty && index === 0 ? [text] : [comma, text]));
  return { from: at, to: at, bytes: Buffer.concat(pieces) };
}
