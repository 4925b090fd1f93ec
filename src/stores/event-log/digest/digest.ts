import { crc32 } from "node:zlib";

import { sha256Hex } from "../../../core/hash.ts";
import {
  canonicalExact,
  isBeyondDoubles,
  spellAsDouble,
  type ExactJson,
  type ExactObject,
} from "../../../core/exact-json.ts";
import type { Algorithm } from "../options.ts";
import { crc32c } from "./crc32c.ts";

/** Hex digits that a digest has. */
export const DIGITS: Readonly<Record<Algorithm, number>> = { crc32: 8, crc32c: 8, sha256: 64 };

/** The digest of bytes, in lower-case hex digits. */
export function hexDigest(algorithm: Algorithm, bytes: Uint8Array): string {
  if (algorithm === "sha256") return sha256Hex(bytes);
  return (algorithm === "crc32" ? crc32(bytes) : crc32c(bytes)).toString(16).padStart(8, "0");
}

/**
 * The digest of the canonical JSON of some members; those that are missing are left out. Numbers that
 * no double holds are spelled in all their digits.
 */
export function fieldsDigest(
  algorithm: Algorithm,
  event: ExactObject,
  fields: readonly string[],
): string {
  return digestOfText(algorithm, canonicalExact(membersOf(event, fields)));
}

/**
 * The digests that members may have: that one, and behind a space that of RFC 8785, which writes the
 * nearest double of such a number and so covers no more of it.
 */
export function fieldsDigests(
  algorithm: Algorithm,
  event: ExactObject,
  fields: readonly string[],
): string {
  const members = membersOf(event, fields);
  const exact = digestOfText(algorithm, canonicalExact(members));
  if (!isBeyondDoubles(members)) return exact;
  return `${exact} ${digestOfText(algorithm, canonicalExact(members, spellAsDouble))}`;
}

/** Is it one of these digests? */
export function isOneOf(digests: string, digest: ExactJson | undefined): boolean {
  if (digest === digests) return true;
  return digests.includes(" ") && digests.split(" ").some((each) => each === digest);
}

function digestOfText(algorithm: Algorithm, text: string): string {
  return hexDigest(algorithm, Buffer.from(text));
}

function membersOf(event: ExactObject, fields: readonly string[]): ExactObject {
  const members = Object.create(null) as Record<string, ExactJson>;
  for (const field of fields) {
    const value = Object.hasOwn(event, field) ? event[field] : undefined;
    if (value !== undefined) members[field] = value;
  }
  return members;
}
