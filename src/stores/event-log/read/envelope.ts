import {
  canonicalExact,
  isExactObject,
  type ExactJson,
  type ExactObject,
} from "../../../core/exact-json.ts";
import { NumberText } from "../../../core/json-number.ts";
import type { LogEvent } from "../../events.ts";
import type { Envelope } from "../options.ts";
import { numberMs, rfc3339Ms } from "./rfc3339.ts";

/** Maps a line, as its object or otherwise, to an event, or says in a sentence why it is none. */
export type ReadEnvelope<Line> = (line: Line) => LogEvent | string;

type Field<Line> = (line: Line) => ExactJson | undefined;

/** Compiles where an event has its fields, by what finds a member of a line. */
export function envelopeReader<Line>(
  envelope: Envelope,
  fieldOf: (path: string) => Field<Line>,
): ReadEnvelope<Line> {
  const id = fieldOf(envelope.id);
  const type = fieldOf(envelope.type);
  const source = fieldOf(envelope.source);
  const subject = fieldOf(envelope.subject);
  const time = fieldOf(envelope.time);
  const sequence = fieldOf(envelope.sequence);
  const data = fieldOf(envelope.data);
  const timeOf = timeReader();

  return (line) => {
    const event = {
      id: nameOf(id(line)),
      type: nameOf(type(line)),
      source: textOf(source(line)),
      subject: textOf(subject(line)),
      timeMs: timeOf(time(line)),
      sequence: textOf(sequence(line)),
      data: data(line) ?? null,
    };
    const isWhole =
      event.id !== undefined &&
      event.type !== undefined &&
      event.source !== undefined &&
      event.subject !== undefined &&
      event.timeMs !== undefined &&
      event.sequence !== undefined;
    return isWhole ? (event as LogEvent) : fault(envelope, event, (path) => fieldOf(path)(line));
  };
}

const CHECKED = ["id", "type", "source", "subject", "timeMs", "sequence"] as const;

function fault(
  envelope: Envelope,
  event: Readonly<Partial<Record<string, unknown>>>,
  valueAt: (path: string) => ExactJson | undefined,
): string {
  const name = CHECKED.find((each) => event[each] === undefined) ?? "id";
  const field = envelope[name === "timeMs" ? "time" : name];
  const value = valueAt(field);
  if (value === undefined || value === null || value === "") return `${field} is missing`;
  const shown = canonicalExact(value).slice(0, 60);
  if (name === "timeMs")
    return `${field} is no time of RFC 3339 and no number of ms or s: ${shown}`;
  return `${field} is no text: ${shown}`;
}

/** A member by its name, or by the names that lead to it. */
export function fieldAt(path: string): Field<ExactObject> {
  const [first, ...others] = path.split(".").map(memberAt);
  if (first === undefined) return () => undefined;
  if (others.length === 0) return first;
  return (line) => {
    let value = first(line);
    for (const step of others) value = isExactObject(value) ? step(value) : undefined;
    return value;
  };
}

/** Names such as `toString`, which every object has, are not in a line by that. */
function memberAt(name: string): Field<ExactObject> {
  if (!INHERITED.has(name)) return (line) => line[name];
  return (line) => (Object.hasOwn(line, name) ? line[name] : undefined);
}

const INHERITED: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));

/** What must be there; undefined for what is none. */
function nameOf(value: ExactJson | undefined): string | undefined {
  if (typeof value === "string") return value === "" ? undefined : value;
  return wholeNumber(value);
}

/** What may be missing; undefined for what is no text. */
function textOf(value: ExactJson | undefined): string | null | undefined {
  if (value === undefined || value === null) return null;
  if (typeof value === "string") return value;
  return wholeNumber(value);
}

/** As text: all its digits. */
function wholeNumber(value: unknown): string | undefined {
  return Number.isSafeInteger(value) || typeof value === "bigint" ? String(value) : undefined;
}

/** Neighbouring events often have the same time. */
function timeReader(): (value: ExactJson | undefined) => number | null | undefined {
  let text = "";
  let ms: number | undefined;
  return (value) => {
    if (value === undefined || value === null) return null;
    if (typeof value === "number") return numberMs(value) ?? undefined;
    // What is finer than a millisecond is cut anyway.
    if (value instanceof NumberText) return numberMs(Number(value.text)) ?? undefined;
    if (typeof value !== "string") return undefined;
    if (value !== text) {
      text = value;
      ms = rfc3339Ms(value) ?? undefined;
    }
    return ms;
  };
}
