import { NumberText } from "../../core/json-number.ts";
import type { LogEvent } from "../../stores/events.ts";
import { showInstant } from "../values/instant.ts";

/** What a path finds in an event; undefined when it is not there. */
export type Pick = (event: LogEvent) => unknown;

/** The fields of an event that stand beside `data`. */
const FIELDS: Readonly<Record<string, Pick>> = {
  id: (event) => event.id,
  type: (event) => event.type,
  source: (event) => event.source,
  subject: (event) => event.subject,
  time: (event) => (event.timeMs === null ? null : showInstant(event.timeMs)),
  sequence: (event) => event.sequence,
  data: (event) => event.data,
};

/** `data.name`, `data` or another field of the envelope; null for what is no path of an event. */
export function pathOf(path: string): Pick | null {
  const [root = "", first, ...rest] = path.split(".");
  if (first === undefined) return Object.hasOwn(FIELDS, root) ? (FIELDS[root] ?? null) : null;
  if (root !== "data") return null;
  if (rest.length === 0) return (event) => member(event.data, first);
  return (event) => rest.reduce(member, member(event.data, first));
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  if (value instanceof NumberText) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}
