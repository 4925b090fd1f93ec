import { isUtf8 } from "node:buffer";

import type { Json, JsonObject } from "../core/json.ts";
import { readKey, readRecord } from "./canonical.ts";
import type { Value } from "./types.ts";

/** How a store spells its text. */
export type TextEncoding = "utf-8" | "utf-16le" | "utf-16be";

/**
 * A value as JSON shows it to people: an integer beyond 2^53 as `{"$int": "…"}`, a real that JSON
 * has no number for as `{"$real": "…"}`, bytes and text that is not valid as `{"$bytes": base64}`.
 */
export function showValue(value: Value, encoding: TextEncoding): Json {
  switch (value.type) {
    case "null":
      return null;
    case "integer":
      return Number.isSafeInteger(Number(value.value))
        ? Number(value.value)
        : { $int: String(value.value) };
    case "real":
      return Number.isFinite(value.value) ? value.value : { $real: String(value.value) };
    case "text":
      return decodeText(value.bytes, encoding) ?? showBytes(value.bytes);
    case "blob":
      return showBytes(value.bytes);
    default:
      return value satisfies never;
  }
}

/** Which columns a collection's key has, and which its rows have, in canonical order. */
export interface KeyShape {
  /** Empty when the collection has no key: then a key is a canonical row. */
  readonly key: readonly string[];
  readonly columns: readonly string[];
  readonly encoding: TextEncoding;
}

/** A canonical key as JSON shows it: an object by column. RECEIPT_INVALID when it is not one. */
export function showKey({ key, columns, encoding }: KeyShape, bytes: Uint8Array): JsonObject {
  const names = key.length > 0 ? key : columns;
  const values = key.length > 0 ? readKey(bytes) : readRecord(bytes);
  return Object.fromEntries(
    values.map((value, index) => [names[index] ?? `#${index + 1}`, showValue(value, encoding)]),
  );
}

/** Bytes as JSON shows them. */
export function showBytes(bytes: Uint8Array): JsonObject {
  return { $bytes: bufferOf(bytes).toString("base64") };
}

/** The text that the bytes spell, or null when they spell none. */
export function decodeText(bytes: Uint8Array, encoding: TextEncoding): string | null {
  if (encoding === "utf-8") return isUtf8(bytes) ? bufferOf(bytes).toString("utf8") : null;
  if (bytes.length % 2 !== 0) return null;
  const units = encoding === "utf-16le" ? bufferOf(bytes) : Buffer.from(bytes).swap16();
  const text = units.toString("utf16le");
  return text.isWellFormed() ? text : null;
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
