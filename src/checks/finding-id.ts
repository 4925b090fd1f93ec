import type { Location } from "../core/finding.ts";
import { sha256Hex } from "../core/hash.ts";
import { canonicalJson, type Json, type JsonObject } from "../core/json.ts";
import type { Place } from "./types.ts";

/** How the id of every finding begins. */
export const FINDING_PREFIX = "finding_";

const DIGITS = 32;

/**
 * The id of a damage: equal whenever the same is seen at the same place of the same store, whatever
 * words, evidence and severity it is described with.
 */
export function findingId(store: string | null, { code, location }: Place): string {
  const subject = canonicalJson({ code, store, location: normalLocation(location) });
  return FINDING_PREFIX + sha256Hex(Buffer.from(subject)).slice(0, DIGITS);
}

/** Where the line, the key or the pointer is known, an offset only says where it lies today. */
function normalLocation(location: Location): JsonObject {
  const { col: _col, byte, bytes, ...place } = location;
  const isNamed = [place.line, place.key, place.keys, place.pointer].some(
    (each) => each !== undefined,
  );
  const whole = isNamed ? place : { ...place, byte, bytes };
  const members = Object.entries(whole).filter(([, value]) => value !== undefined);
  return Object.fromEntries(members) as Record<string, Json>;
}
