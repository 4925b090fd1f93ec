import { canonicalExact } from "../core/exact-json.ts";
import type { LogEvent } from "../stores/events.ts";

/** Are they one event, by what CloudEvents tells events apart by? */
export function isSameIdentity(one: LogEvent, other: LogEvent): boolean {
  return one.id === other.id && one.source === other.source;
}

/**
 * Do they say the same? Their place in the log is no part of that, nor is the number that the log
 * gave them: an event that is delivered twice is numbered twice.
 */
export function isSameContent(one: LogEvent, other: LogEvent): boolean {
  return (
    one.type === other.type &&
    one.subject === other.subject &&
    one.timeMs === other.timeMs &&
    canonicalExact(one.data) === canonicalExact(other.data)
  );
}
