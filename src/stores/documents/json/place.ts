const AROUND_BYTES = 38;
const NEWLINE = 0x0a;

/** A byte's line and column, both from 1; the column counts characters. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Where a byte is for a person. Costs a look at every byte before it. */
export function placeOf(bytes: Uint8Array, at: number): Place {
  let line = 1;
  let lineStart = 0;
  for (let found = bytes.indexOf(NEWLINE); found !== -1 && found < at;) {
    line += 1;
    lineStart = found + 1;
    found = bytes.indexOf(NEWLINE, lineStart);
  }
  let column = 1;
  for (let each = lineStart; each < at; each += 1) {
    if (!continues(bytes[each] ?? 0)) column += 1;
  }
  return { line, column };
}

/** The text around a byte, at most 80 characters; what is no UTF-8 shows as U+FFFD. */
export function textAround(bytes: Uint8Array, at: number): string {
  return textOf(bytes, Math.max(0, at - AROUND_BYTES), at + AROUND_BYTES);
}

/** The text of a span, cut to whole characters at both ends. */
export function textOf(bytes: Uint8Array, start: number, end: number): string {
  let from = start;
  while (from < start + 3 && from > 0 && continues(bytes[from] ?? 0)) from += 1;
  let to = Math.min(end, bytes.length);
  const whole = to;
  while (to > whole - 3 && to < bytes.length && continues(bytes[to] ?? 0)) to -= 1;
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(from, to));
}

/** A byte inside a character of UTF-8, not its first. */
function continues(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

/** The bytes of a span as a buffer, without a copy. */
export function viewOf(bytes: Uint8Array, start: number, end: number): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
}

/** The text of the key or string at `[start, end)`, quotes included. */
export function keyText(bytes: Uint8Array, start: number, end: number): string {
  const raw = viewOf(bytes, start, end).toString();
  return raw.includes("\\") ? (JSON.parse(raw) as string) : raw.slice(1, -1);
}
