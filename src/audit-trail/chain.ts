import { createHmac, type KeyObject, timingSafeEqual } from "node:crypto";

import { sha256Hex } from "../core/hash.ts";
import { canonicalJson } from "../core/json.ts";
import { number, text } from "../state/row.ts";
import type { StateRow } from "../state/types.ts";
import type { TrailHead } from "./types.ts";

/** A record as its row holds it. Actor and detail stay text, so that each byte of them counts. */
export interface Link {
  readonly sequence: number;
  readonly at: string;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly reason: string;
  readonly detail: string;
  readonly previous: string;
}

/** What the chain adds to a record. */
export interface SealedLink extends Link {
  readonly hash: string;
  readonly seal: string;
}

/** Stands where the first record has no record before it. */
export const ORIGIN = "0".repeat(64);

/** SHA-256 of the canonical JSON of a link, `actor` and `detail` as text. */
export function hashOf(link: Link): string {
  const { sequence, at, actor, action, subject, reason, detail, previous } = link;
  const record = { sequence, at, actor, action, subject, reason, detail, previous };
  return sha256Hex(Buffer.from(canonicalJson(record), "utf8"));
}

/**
 * Proves that who wrote this had the key. Records and heads are sealed differently: else the seal of
 * an old record would pass as that of a head, and the tail behind it could be cut off.
 */
export function sealOf(
  kind: "head" | "record",
  of: Pick<TrailHead, "sequence" | "hash">,
  key: KeyObject,
): string {
  return createHmac("sha256", key).update(`${kind} ${of.sequence} ${of.hash}`).digest("hex");
}

/** True when the seal is the one that the key makes. */
export function isSealed(
  kind: "head" | "record",
  of: Pick<TrailHead, "sequence" | "hash" | "seal">,
  key: KeyObject,
): boolean {
  const expected = Buffer.from(sealOf(kind, of, key));
  const actual = Buffer.from(of.seal);
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

/** Takes a link out of its row. */
export function linkOf(row: StateRow): SealedLink {
  return {
    sequence: number(row, "sequence"),
    at: text(row, "at"),
    actor: text(row, "actor"),
    action: text(row, "action"),
    subject: text(row, "subject"),
    reason: text(row, "reason"),
    detail: text(row, "detail"),
    previous: text(row, "previous"),
    hash: text(row, "hash"),
    seal: text(row, "seal"),
  };
}

/** Takes the head out of its row. */
export function headOf(row: StateRow): TrailHead {
  return {
    sequence: number(row, "sequence"),
    hash: text(row, "hash"),
    seal: text(row, "seal"),
  };
}
