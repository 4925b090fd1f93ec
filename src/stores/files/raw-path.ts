import { isUtf8 } from "node:buffer";

import { isJsonObject, type Json } from "../../core/json.ts";

/**
 * A path below a root as its bytes are, one character for each byte (latin1): names need not be
 * UTF-8, and strings of bytes are compared, joined and looked up as fast as others. The root is "".
 */
export type RawPath = string;

/** Nothing in it is spelled in another way. */
const PLAIN = /^[ -$&-~]*$/;
const ESCAPED = /[%\p{Cc}]/gu;
const ESCAPED_BYTES = /[%\p{Cc}\x80-\xff]/gu;

/** What the operating system is given: bytes, or text where both are the same. */
export function placeOf(root: string, raw: RawPath): string | Buffer {
  if (raw === "") return root;
  if (isAscii(raw)) return `${root}/${raw}`;
  return Buffer.concat([Buffer.from(`${root}/`), bytesOf(raw)]);
}

/** The bytes of a path. */
export function bytesOf(raw: RawPath): Buffer {
  return Buffer.from(raw, "latin1");
}

/** The path that has these bytes. */
export function rawOf(bytes: Uint8Array): RawPath {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

/**
 * A path for people and as a name of a part: text, with "%" and two hex digits for a "%", a control
 * character, and each byte of a name that is not UTF-8.
 */
export function showPath(raw: RawPath): string {
  if (PLAIN.test(raw)) return raw;
  const bytes = bytesOf(raw);
  if (isUtf8(bytes)) return bytes.toString().replace(ESCAPED, escaped);
  return raw.replaceAll(ESCAPED_BYTES, escapedByte);
}

/** A path in JSON: text, or bytes where they spell none. */
export function pathJson(raw: RawPath): Json {
  if (isAscii(raw)) return raw;
  const bytes = bytesOf(raw);
  return isUtf8(bytes) ? bytes.toString() : { $bytes: bytes.toString("base64") };
}

/** The path that JSON spells; null when it spells none. */
export function pathFromJson(json: Json | undefined): RawPath | null {
  if (typeof json === "string") return isAscii(json) ? json : rawOf(Buffer.from(json));
  const bytes = isJsonObject(json) ? json["$bytes"] : undefined;
  return typeof bytes === "string" ? rawOf(Buffer.from(bytes, "base64")) : null;
}

/** The folder that holds a name; null above the root. */
export function parentOf(raw: RawPath): RawPath | null {
  if (raw === "") return null;
  return raw.slice(0, Math.max(0, raw.lastIndexOf("/")));
}

/** The last name of a path. */
export function nameIn(raw: RawPath): RawPath {
  return raw.slice(raw.lastIndexOf("/") + 1);
}

/** Compares two names by their bytes. */
export function byBytes(a: RawPath, b: RawPath): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function isAscii(text: string): boolean {
  return !/[^\0-\x7f]/.test(text);
}

/** Each byte of a character of text. */
function escaped(character: string): string {
  return rawOf(Buffer.from(character)).replaceAll(/[^]/g, escapedByte);
}

function escapedByte(byte: RawPath): string {
  return `%${byte.charCodeAt(0).toString(16).padStart(2, "0")}`;
}
