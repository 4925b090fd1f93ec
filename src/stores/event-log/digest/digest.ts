import { crc32 } from "node:zlib";

import { sha256Hex } from "../../../core/hash.ts";
import { canonicalJson, type Json, type JsonObject } from "../../../core/json.ts";
import type { Algorithm } from "../options.ts";
import { crc32c } from "./crc32c.ts";

/** Hex digits that a digest has. */
export const DIGITS: Readonly<Record<Algorithm, number>> = { crc32: 8, crc32c: 8, sha256: 64 };

/** The digest of bytes, in lower-case hex digits. */
export function hexDigest(algorithm: Algorithm, bytes: Uint8Array): string {
  if (algorithm === "sha256") return sha256Hex(bytes);
  return (algorithm === "crc32" ? crc32(bytes) : crc32c(bytes)).toString(16).padStart(8, "0");
}

/** The digest of the canonical JSON (RFC 8785) of some members; those that are missing are left out. */
export function fieldsDigest(
  algorithm: Algorithm,
  event: JsonObject,
  fields: readonly string[],
): string {
  const members: Record<string, Json> = Object.create(null) as Record<string, Json>;
  for (const field of fields) {
    const value = Object.hasOwn(event, field) ? event[field] : undefined;
    if (value !== undefined) members[field] = value;
  }
  return hexDigest(algorithm, Buffer.from(canonicalJson(members)));
}
