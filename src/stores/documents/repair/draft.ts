import { isUtf8 } from "node:buffer";

import { textOf } from "../json/place.ts";
import { JsonReader } from "../json/reader.ts";
import type { DroppedSpan, RepairEdit, RepairKind } from "./types.ts";

const SHOWN_BYTES = 256;

/** One change, before it is made: `[at, end)` gives way to `inserted`. */
export interface Change {
  readonly kind: RepairKind;
  readonly at: number;
  readonly end: number;
  readonly inserted: string;
}

/** A document under repair: its bytes now, and how they came about. */
export class Draft {
  bytes: Uint8Array;
  readonly edits: RepairEdit[] = [];
  readonly dropped: DroppedSpan[] = [];
  readonly reasons: string[] = [];
  /** Something is missing, or a guess. */
  isPartial = false;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Sound JSON in UTF-8. */
  get isSound(): boolean {
    return isSound(this.bytes);
  }

  /** Makes changes that lie one behind the other, and says why. */
  apply(changes: readonly Change[], reason: string): void {
    const before = this.bytes;
    const pieces: Uint8Array[] = [];
    let from = 0;
    let shift = 0;
    for (const { kind, at, end, inserted } of changes) {
      const bytes = Buffer.from(inserted);
      pieces.push(before.subarray(from, at), bytes);
      this.edits.push({ kind, at: at + shift, removed: shown(before, at, end), inserted });
      shift += bytes.length - (end - at);
      from = end;
    }
    this.bytes = Buffer.concat([...pieces, before.subarray(from)]);
    this.reasons.push(reason);
  }

  /** The same, to try something on. */
  copy(): Draft {
    const copy = new Draft(this.bytes);
    copy.take(this);
    return copy;
  }

  /** Becomes what a copy has become. */
  take({ bytes, edits, dropped, reasons, isPartial }: Draft): void {
    this.bytes = bytes;
    this.edits.splice(0, this.edits.length, ...edits);
    this.dropped.splice(0, this.dropped.length, ...dropped);
    this.reasons.splice(0, this.reasons.length, ...reasons);
    this.isPartial = isPartial;
  }

  /** Another text for the whole document. */
  replace(kind: RepairKind, bytes: Uint8Array, reason: string): void {
    this.edits.push({ kind, at: 0, removed: shown(this.bytes, 0, SHOWN_BYTES), inserted: "" });
    this.bytes = bytes;
    this.reasons.push(reason);
  }

  /** Notes content that will not be in the result; call it before the change. */
  drop(at: number, end: number): void {
    this.isPartial = true;
    this.dropped.push({ at, end, text: shown(this.bytes, at, end) });
  }
}

/** Sound JSON in UTF-8, with nothing around it but white space. */
export function isSound(bytes: Uint8Array): boolean {
  if (!isUtf8(bytes)) return false;
  const reader = new JsonReader(bytes);
  for (;;) {
    const event = reader.next();
    if (event === "fault") return false;
    if (event === "end") return reader.isLast();
  }
}

/** At most 256 bytes of a span, as text. */
export function shown(bytes: Uint8Array, at: number, end: number): string {
  return textOf(bytes, at, Math.min(end, at + SHOWN_BYTES));
}

/** A number has no last character that tells that it is whole. */
export function endsInNumber(bytes: Uint8Array, end: number): boolean {
  const last = bytes[end - 1] ?? 0;
  return last >= 0x30 && last <= 0x39;
}

/** More than brackets, commas and colons. */
export function holdsContent(bytes: Uint8Array, from: number, to: number): boolean {
  return bytes.subarray(from, to).some((byte) => !STRUCTURE.has(byte));
}

const STRUCTURE = new Set(Buffer.from("{}[],: \t\r\n"));
