import type { Observation } from "../../../core/finding.ts";
import type { HostTask } from "../../host/messages.ts";
import type { EventBatch, EventBound, EventDamage, EventReader } from "../../events.ts";
import type { InspectionKind } from "../../types.ts";
import { readBytesDigest } from "../keep/file-digest.ts";
import { openReader } from "../read/open-reader.ts";
import type { EventLogOptions } from "../options.ts";
import { segmentsOf } from "../segments/list.ts";
import { RepeatComparison } from "./compare-repeats.ts";
import { observe, Observations } from "./findings.ts";
import { isPhysical, observeDamage } from "./observe-damage.ts";
import { RepeatedIds } from "./repeats.ts";
import { EventRules } from "./rules.ts";

/** Which log is looked at, and what for. */
export interface LookInput {
  readonly kind: InspectionKind;
  readonly options: EventLogOptions;
  /** A folder that exists, for what does not fit into memory. */
  readonly scratch: string;
}

/** What one way through a log has shown. */
export interface Look {
  readonly observations: readonly Observation[];
  /** Lines that were looked at. */
  readonly checked: number;
  /** Damaged lines by file. */
  readonly damaged: Readonly<Record<string, number>>;
  /** `audit`: SHA-256 in hex digits, by file, of its bytes as they lie there. */
  readonly digests: Readonly<Record<string, string>>;
}

const BATCH_MAX = 2_000;
const NEVER = new AbortController().signal; // a host is killed

/** Reads a log once, event by event; twice where ids repeat and their events must be compared. */
export const task: HostTask<LookInput, Look> = async ({ kind, options, scratch }) => {
  const found = new Observations();
  const usable = await withoutUnusable(options, found);
  await using reader = openReader(usable);
  const bound = await reader.bound(NEVER);
  const rules = new EventRules(usable, found.take);
  using ids = new RepeatedIds(scratch);
  const damaged: Record<string, number> = {};
  let checked = 0;
  for await (const batch of eventsIn(reader, bound)) {
    checked += batch.events.length + batch.damaged.length;
    for (const damage of batch.damaged) {
      if (isLineDamage(damage)) damaged[damage.file] = (damaged[damage.file] ?? 0) + 1;
      if (isOf(kind, isPhysical(damage), damage.fault === "torn"))
        found.take(observeDamage(damage));
    }
    if (kind !== "integrity") continue;
    rules.check(batch);
    for (const { id } of batch.events) ids.add(id);
  }
  if (kind === "audit") for (const each of summaries(damaged)) found.take(each);
  if (kind === "integrity") await compareRepeats({ reader, bound, ids, found });
  const digests = kind === "audit" ? await fileDigests(options.path) : {};
  return { observations: found.list(), checked, damaged, digests };
};

/** A torn end is told by itself: it may be a line that is being written. */
function isLineDamage(damage: EventDamage): boolean {
  return isPhysical(damage) && damage.fault !== "torn";
}

/** An audit counts what a scan lists. */
function summaries(damaged: Readonly<Record<string, number>>): readonly Observation[] {
  return Object.entries(damaged).map(([file, count]) => {
    const lines = count === 1 ? "one line" : `${count} lines`;
    return observe("event-log.damaged", `${lines} of ${file} cannot be read as written`, { file });
  });
}

/** An audit tells of the end, a scan of damaged lines, integrity of what holds between them too. */
function isOf(kind: InspectionKind, physical: boolean, torn: boolean): boolean {
  if (kind === "audit") return torn;
  return kind === "scan" ? physical : true;
}

function eventsIn(reader: EventReader, bound: EventBound): AsyncIterable<EventBatch> {
  return reader.read({ after: null, bound, batchMax: BATCH_MAX }, NEVER);
}

interface Comparing {
  readonly reader: EventReader;
  readonly bound: EventBound;
  readonly ids: RepeatedIds;
  readonly found: Observations;
}

async function compareRepeats({ reader, bound, ids, found }: Comparing): Promise<void> {
  const repeated = ids.finish();
  if (repeated.total === 0) return;
  const comparison = new RepeatComparison(repeated.ids, found.take);
  for await (const batch of eventsIn(reader, bound)) comparison.check(batch);
  const more = repeated.total - repeated.ids.size;
  if (more === 0) return;
  const description = `${more} more ids stand in the log several times, and were not compared`;
  found.take(observe("event-log.more", description, { table: "event-log.id.repeated" }));
}

/** A schema that cannot be used proves nothing, and its owner has to know. */
async function withoutUnusable(
  options: EventLogOptions,
  found: Observations,
): Promise<EventLogOptions> {
  if (Object.keys(options.schemas).length === 0) return options;
  const { jsonSchemaCheck } = await import("../../json-schema.ts");
  const usable = Object.entries(options.schemas).filter(([type, path]) => {
    const check = jsonSchemaCheck(path);
    if (typeof check !== "string") return true;
    const description = `the schema of ${type} cannot be used: ${check}`;
    found.take(observe("event-log.schema.unusable", description, { table: type }));
    return false;
  });
  const knownTypes = [...options.knownTypes, ...Object.keys(options.schemas)];
  return { ...options, knownTypes, schemas: Object.fromEntries(usable) };
}

async function fileDigests(path: string): Promise<Readonly<Record<string, string>>> {
  const digests: Record<string, string> = {};
  for (const segment of segmentsOf(path)) {
    const digest = await readBytesDigest(segment.path);
    if (digest !== null) digests[segment.file] = digest;
  }
  return digests;
}
