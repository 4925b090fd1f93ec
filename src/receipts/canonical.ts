import type { SalvorError } from "../core/errors.ts";
import { malformed } from "./malformed.ts";
import type { Value } from "./types.ts";
import { readVarint, varintLength, writeVarint } from "./varint.ts";

// The two encodings of values that every digest rests on. docs/format/receipt.md publishes them.

const NULL: Value = { type: "null" };

/** The canonical row: SQLite's record format with the one smallest spelling for each value. */
export function writeRecord(values: readonly Value[]): Uint8Array {
  const serials = values.map(serialTypeOf);
  const types = serials.reduce((sum, serial) => sum + varintLength(serial), 0);
  const header = headerLength(types);
  const body = serials.reduce((sum, serial) => sum + bodyLength(serial), 0);
  const record = new Uint8Array(header + body);

  let at = writeVarint(record, 0, header);
  for (const serial of serials) at = writeVarint(record, at, serial);
  values.forEach((value, index) => {
    const length = bodyLength(serials[index] ?? 0);
    writeBody(record, at, length, value);
    at += length;
  });
  return record;
}

/** The values of a canonical row, as views into it. RECEIPT_INVALID when it is not one. */
export function readRecord(bytes: Uint8Array): Value[] {
  const header = readVarint(bytes, 0, bytes.length);
  if (header === null || header.value < header.end || header.value > bytes.length)
    throw malformed(`a record of ${bytes.length} bytes has no header that fits`);

  const values: Value[] = [];
  let body = header.value;
  for (let at = header.end; at < header.value;) {
    const serial = readVarint(bytes, at, header.value);
    if (serial === null || serial.value === 10 || serial.value === 11)
      throw malformed(`a record has no type that is known at byte ${at}`);
    const length = bodyLength(serial.value);
    if (body + length > bytes.length) throw malformed(`a record is cut off at byte ${body}`);
    values.push(readBody(bytes.subarray(body, body + length), serial.value));
    body += length;
    at = serial.end;
  }
  if (body !== bytes.length) throw malformed(`a record goes on after its end at byte ${body}`);
  return values;
}

/** The canonical key: its bytes are in the order null < integer < real < text < blob, each by value. */
export function writeKey(values: readonly Value[]): Uint8Array {
  const key = new Uint8Array(values.reduce((sum, value) => sum + componentLength(value), 0));
  let at = 0;
  for (const value of values) at = writeComponent(key, at, value);
  return key;
}

/** The values of a canonical key. RECEIPT_INVALID when it is not one. */
export function readKey(bytes: Uint8Array): Value[] {
  const values: Value[] = [];
  for (let at = 0; at < bytes.length;) {
    const { value, end } = readComponent(bytes, at);
    values.push(value);
    at = end;
  }
  return values;
}

function serialTypeOf(value: Value): number {
  if (value.type === "null") return 0;
  if (value.type === "integer") return integerSerial(value.value);
  if (value.type === "real") return 7;
  return (value.type === "text" ? 13 : 12) + 2 * value.bytes.length;
}

/** For each of the serial types 1 to 5, the first integer that is too large for it. */
const LIMITS = [7, 15, 23, 31, 47].map((bits) => 2 ** bits);

function integerSerial(value: bigint): number {
  if (value === 0n) return 8;
  if (value === 1n) return 9;
  // Rounding to a double cannot bring a larger integer below a power of two.
  const double = Number(value);
  const serial = LIMITS.findIndex((limit) => double >= -limit && double < limit);
  if (serial >= 0) return serial + 1;
  if (BigInt.asIntN(64, value) !== value) throw tooLarge(value);
  return 6;
}

function tooLarge(value: bigint): SalvorError {
  return malformed(`the integer ${value} does not fit into 64 bits`);
}

function bodyLength(serial: number): number {
  if (serial >= 12) return Math.floor((serial - 12) / 2);
  return [0, 1, 2, 3, 4, 6, 8, 8][serial] ?? 0;
}

/** The header's length counts itself. */
function headerLength(types: number): number {
  const guess = types + varintLength(types);
  return varintLength(guess) === varintLength(types) ? guess : guess + 1;
}

function writeBody(into: Uint8Array, at: number, length: number, value: Value): void {
  if (value.type === "text" || value.type === "blob") into.set(value.bytes, at);
  else if (value.type !== "null" && length > 0) {
    if (value.type === "real") scratch.setFloat64(0, value.value);
    else scratch.setBigInt64(0, value.value);
    into.set(scratchBytes.subarray(8 - length), at);
  }
}

function readBody(body: Uint8Array, serial: number): Value {
  if (serial === 0) return NULL;
  if (serial === 8 || serial === 9) return { type: "integer", value: BigInt(serial - 8) };
  if (serial >= 12) return { type: serial % 2 === 0 ? "blob" : "text", bytes: body };
  scratchBytes.fill((body[0] ?? 0) >= 128 ? 0xff : 0);
  scratchBytes.set(body, 8 - body.length);
  if (serial === 7) return { type: "real", value: scratch.getFloat64(0) };
  return { type: "integer", value: scratch.getBigInt64(0) };
}

function componentLength(value: Value): number {
  if (value.type === "null") return 1;
  if (value.type === "integer" || value.type === "real") return 9;
  const { bytes } = value;
  let length = bytes.length + 3;
  for (let at = bytes.indexOf(0); at >= 0; at = bytes.indexOf(0, at + 1)) length += 1;
  return length;
}

/** Eight bytes for one number at a time: a view of each record would cost more than the record. */
const scratchBytes = new Uint8Array(8);
const scratch = new DataView(scratchBytes.buffer);

const TAGS = { null: 0, integer: 1, real: 2, text: 3, blob: 4 } as const;
const SIGN = 1n << 63n;

function writeComponent(into: Uint8Array, at: number, value: Value): number {
  into[at] = TAGS[value.type];
  if (value.type === "null") return at + 1;
  if (value.type === "text" || value.type === "blob")
    return writeEscaped(into, at + 1, value.bytes);
  scratch.setBigUint64(
    0,
    value.type === "integer" ? integerBits(value.value) : realBits(value.value),
  );
  into.set(scratchBytes, at + 1);
  return at + 9;
}

/** The bits of an integer so that unsigned order is numeric order. */
function integerBits(value: bigint): bigint {
  if (BigInt.asIntN(64, value) !== value) throw tooLarge(value);
  return BigInt.asUintN(64, value) ^ SIGN;
}

/** The bits of a double so that unsigned order is numeric order; negative zero counts as zero. */
function realBits(value: number): bigint {
  scratch.setFloat64(0, value === 0 ? 0 : value);
  const raw = scratch.getBigUint64(0);
  return raw & SIGN ? BigInt.asUintN(64, ~raw) : raw | SIGN;
}

function writeEscaped(into: Uint8Array, start: number, bytes: Uint8Array): number {
  let at = start;
  for (const byte of bytes) {
    into[at++] = byte;
    if (byte === 0) into[at++] = 0xff;
  }
  into[at] = 0;
  into[at + 1] = 0;
  return at + 2;
}

interface Component {
  readonly value: Value;
  readonly end: number;
}

function readComponent(bytes: Uint8Array, at: number): Component {
  const tag = bytes[at];
  if (tag === TAGS.null) return { value: NULL, end: at + 1 };
  if (tag === TAGS.text) return readEscaped(bytes, at + 1, "text");
  if (tag === TAGS.blob) return readEscaped(bytes, at + 1, "blob");
  if ((tag !== TAGS.integer && tag !== TAGS.real) || at + 9 > bytes.length)
    throw malformed(`a key has no component that is known or whole at byte ${at}`);

  scratchBytes.set(bytes.subarray(at + 1, at + 9));
  const raw = scratch.getBigUint64(0);
  if (tag === TAGS.integer)
    return { value: { type: "integer", value: BigInt.asIntN(64, raw ^ SIGN) }, end: at + 9 };
  scratch.setBigUint64(0, raw & SIGN ? raw ^ SIGN : BigInt.asUintN(64, ~raw));
  return { value: { type: "real", value: scratch.getFloat64(0) }, end: at + 9 };
}

function readEscaped(bytes: Uint8Array, start: number, type: "text" | "blob"): Component {
  const plain = new Uint8Array(bytes.length - start);
  let length = 0;
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === 0) {
      const next = bytes[++at];
      if (next === 0) return { value: { type, bytes: plain.subarray(0, length) }, end: at + 1 };
      if (next !== 0xff) break;
    }
    plain[length++] = byte;
  }
  throw malformed(`a key has a component without an end at byte ${start}`);
}
