import { join } from "node:path";

import { SalvorError } from "../../core/errors.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { isJsonObject } from "../../core/json.ts";
import type { ChecksumOptions } from "../../stores/event-log/options.ts";
import { DIGITS } from "../../stores/event-log/digest/digest.ts";
import { HeadChecksum } from "../../stores/event-log/digest/head-checksum.ts";
import { openSegment } from "../../stores/event-log/segments/bytes.ts";
import { inWritingOrder, logName } from "../../stores/event-log/segments/order.ts";

/** A log of events that could be a store. */
export interface ProposedLog {
  /** A file or a pattern, relative, with "/". */
  readonly path: string;
  readonly files: readonly string[];
  /** Where its events have their fields, as far as that is not where CloudEvents have them. */
  readonly envelope: Readonly<Record<string, string>>;
  /** Proven on its first lines; null when they carry none that is known. */
  readonly checksum: ChecksumOptions | null;
}

/** Names under which other systems write what CloudEvents call so. */
const NAMES = {
  id: ["id", "event_id", "eventId", "uuid"],
  type: ["type", "event_type", "eventType", "event"],
  time: ["time", "ts", "timestamp", "occurred_at", "created_at"],
  sequence: ["sequence", "seq", "sequence_number"],
  data: ["data", "payload", "body"],
} as const;

/** Logs that are looked into; a name with magic characters is not proposed. */
const LOGS_MAX = 500;
const SAMPLE_BYTES = 256 * 1024;
const SAMPLES = 20;
const MAGIC = /[*?[\]{}\\]/;

/** Which files are logs of events: lines with an id, a type, and a time or a number. */
export async function eventLogs(
  root: string,
  files: readonly string[],
): Promise<readonly ProposedLog[]> {
  const groups = Map.groupBy(
    files.filter((file) => !MAGIC.test(file)),
    (file) => logName(file).base,
  );
  const found: ProposedLog[] = [];
  for (const group of [...groups.values()].slice(0, LOGS_MAX)) {
    const log = await proposedLog(root, inWritingOrder(group));
    if (log !== null) found.push(log);
  }
  return found;
}

async function proposedLog(root: string, files: readonly string[]): Promise<ProposedLog | null> {
  const [first = ""] = files;
  const lines = await firstLines(join(root, first));
  const events = lines.map(objectOf).filter((each) => each !== null);
  const envelope = events.length === lines.length ? envelopeOf(events) : null;
  if (envelope === null) return null;
  const path = files.length === 1 ? first : logName(first).pattern;
  return { path, files, envelope, checksum: checksumOf(lines, events) };
}

/** Whole lines from the beginning; none of what cannot be read. */
async function firstLines(path: string): Promise<readonly Buffer[]> {
  try {
    await using bytes = await openSegment(path);
    const buffer = Buffer.alloc(SAMPLE_BYTES);
    const length = await bytes.read(buffer, 0);
    const end = buffer.subarray(0, length).lastIndexOf("\n");
    const lines = buffer.subarray(0, Math.max(0, end)).toString("latin1").split("\n");
    return lines.slice(0, SAMPLES).map((line) => Buffer.from(line, "latin1"));
  } catch (error) {
    if (error instanceof SalvorError) return [];
    throw error;
  }
}

function objectOf(line: Buffer): JsonObject | null {
  try {
    const value = JSON.parse(line.toString()) as Json;
    return isJsonObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** What is not where CloudEvents have it; null when these are no events. */
function envelopeOf(events: readonly JsonObject[]): Readonly<Record<string, string>> | null {
  const [first] = events;
  if (first === undefined) return null;
  const names = Object.entries(NAMES).flatMap(([field, known]) => {
    const name = known.find((each) => events.every((event) => isScalar(event, each, field)));
    return name === undefined ? [] : [[field, name] as const];
  });
  const found = new Map(names);
  const isEvent =
    found.has("id") && found.has("type") && (found.has("time") || found.has("sequence"));
  const ids = new Set(events.map((event) => event[found.get("id") ?? ""]));
  if (!isEvent || ids.size !== events.length) return null;
  return Object.fromEntries(names.filter(([field, name]) => field !== name));
}

function isScalar(event: JsonObject, name: string, field: string): boolean {
  const value = event[name];
  if (field === "data") return value !== undefined;
  if (field === "type") return typeof value === "string";
  return typeof value === "string" || typeof value === "number";
}

/** The last member, if it is a checksum that holds in every line. */
function checksumOf(
  lines: readonly Buffer[],
  events: readonly JsonObject[],
): ChecksumOptions | null {
  const field = Object.keys(events[0] ?? {}).at(-1);
  const value = events[0]?.[field ?? ""];
  if (field === undefined || typeof value !== "string") return null;
  for (const algorithm of ["crc32", "crc32c", "sha256"] as const) {
    if (value.length !== DIGITS[algorithm]) continue;
    const seal = new HeadChecksum(field, algorithm);
    const holds = lines.every((line) => {
      const head = seal.headEnd(line, 0, line.length);
      return head >= 0 && seal.holds(line, 0, head, line.length);
    });
    if (holds) return { field, algorithm, over: "head" };
  }
  return null;
}
