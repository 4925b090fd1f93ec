import { SalvorError } from "../core/errors.ts";
import { rfc3339Ms } from "../stores/event-log/read/rfc3339.ts";
import type { Moment } from "./projection-documents.ts";

/** Of a JavaScript date. */
const MS_MAX = 8_640_000_000_000_000;

/**
 * Milliseconds since 1970 of a time that somebody has given; null of one that nobody has.
 *
 * @param flag how it was asked for, for the message.
 * @throws {SalvorError} USAGE.
 */
export function momentMs(given: Moment | undefined, flag: string): number | null {
  if (given === undefined) return null;
  const ms = typeof given === "number" ? given : msOf(given.trim());
  if (ms !== null && Number.isInteger(ms) && Math.abs(ms) <= MS_MAX) return ms;
  throw new SalvorError("USAGE", `"${given}" is not a time for ${flag}`, {
    hint: "Write it as 2026-01-31T23:00:00Z, or as milliseconds since 1970: 1769900400000.",
  });
}

function msOf(text: string): number | null {
  return /^-?\d{1,16}$/.test(text) ? Number(text) : rfc3339Ms(text);
}
