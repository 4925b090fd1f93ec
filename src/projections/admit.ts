import { SalvorError } from "../core/errors.ts";
import { timestamp } from "../core/world.ts";
import type { AppliedPlace } from "./applied/entries.ts";
import type { AppliedMemory } from "./applied/memory.ts";
import { damageOf } from "./damage.ts";
import type { Segments } from "./draft/segments.ts";
import { isSameContent, isSameIdentity } from "./same-event.ts";
import type { EventBatch, EventDamage, EventReader, LogEvent } from "../stores/events.ts";

/** What is known of an event before it is applied. */
export const VERDICTS = { apply: 0, outside: 1, duplicate: 2, conflict: 3 } as const;

/** The verdict on each event of a batch. */
export interface Admission {
  /** One of {@link VERDICTS} by event. */
  readonly verdicts: Uint8Array;
  /** The conflicts, as damage. */
  readonly damaged: readonly EventDamage[];
}

/** What admission asks. */
export interface AdmissionContext {
  readonly memory: AppliedMemory;
  readonly segments: Segments;
  readonly reader: EventReader;
  readonly fromMs: number | null;
  readonly untilMs: number | null;
}

/**
 * Tells new events from those that were applied before, and remembers the new ones. The memory knows
 * hashes only; where one meets another, the two events are read and compared.
 *
 * @throws {SalvorError} REFUSED when the limits of time do not fit what lies in the log.
 */
export async function admit(batch: EventBatch, context: AdmissionContext): Promise<Admission> {
  const { events, offsets } = batch;
  const { memory, segments, untilMs } = context;
  const segment = segments.numberOf(batch.end.segment);
  const verdicts = new Uint8Array(events.length);
  if (untilMs !== null) {
    for (const [at, event] of events.entries()) {
      if (isAfter(event, untilMs)) verdicts[at] = VERDICTS.outside;
    }
  }
  const doubtful = memory.addNew({ events, segment, offsets }, verdicts);
  const damaged: EventDamage[] = [];
  // One after the other: what is found to be new is remembered before the next is asked.
  for (const at of doubtful) {
    const verdict = await judge(batch, at, context);
    verdicts[at] = verdict.kind;
    if (verdict.damage !== null) damaged.push(verdict.damage);
  }
  if (context.fromMs !== null) refuseEarlier(batch, verdicts, context.fromMs);
  return { verdicts, damaged };
}

interface Verdict {
  readonly kind: (typeof VERDICTS)[keyof typeof VERDICTS];
  readonly damage: EventDamage | null;
}

async function judge(batch: EventBatch, at: number, context: AdmissionContext): Promise<Verdict> {
  const { memory, segments, reader } = context;
  const event = batch.events[at];
  if (event === undefined) throw new RangeError(`the batch has no event ${at}`);
  for (const place of memory.find(event.source, event.id)) {
    const segment = segments.nameOf(place.segment);
    const isIt = (found: LogEvent): boolean => isSameIdentity(found, event);
    const near = inBatch(batch, segment, place);
    const before =
      near !== null && isIt(near) ? near : await reader.eventAt(segment, place.offset, isIt);
    // Where it lay, it is gone: that 64 bits meet by chance is far less likely than a repetition.
    if (before === null || !memory.isOneHash(before, event))
      return { kind: VERDICTS.duplicate, damage: null };
    if (!isIt(before)) continue;
    if (isSameContent(before, event)) return { kind: VERDICTS.duplicate, damage: null };
    const reason = `an event of the id ${JSON.stringify(event.id)} with other content was applied before`;
    const damage = await damageOf(reader, batch, at, "conflict", reason);
    return { kind: VERDICTS.conflict, damage };
  }
  const segment = segments.numberOf(batch.end.segment);
  memory.add(event.source, event.id, segment, batch.offsets[at] ?? 0);
  return { kind: VERDICTS.apply, damage: null };
}

/** The event at a place, where it lies in the batch that is at hand. */
function inBatch(batch: EventBatch, segment: string, { offset }: AppliedPlace): LogEvent | null {
  if (segment !== batch.end.segment || offset < (batch.offsets[0] ?? Infinity)) return null;
  const at = batch.offsets.indexOf(offset);
  return batch.events[at] ?? null;
}

function isAfter(event: LogEvent, untilMs: number): boolean {
  if (event.timeMs !== null) return event.timeMs > untilMs;
  throw new SalvorError("REFUSED", `the event ${JSON.stringify(event.id)} has no time`, {
    hint: "A state of the past needs a time in every event: see envelope: of the log in salvor.yaml.",
  });
}

/** What is not in the state and stays outside would be a gap that nobody sees. */
function refuseEarlier({ events }: EventBatch, verdicts: Uint8Array, fromMs: number): void {
  const early = events.find(
    ({ timeMs }, at) => verdicts[at] === VERDICTS.apply && timeMs !== null && timeMs < fromMs,
  );
  if (early?.timeMs == null) return;
  const time = timestamp(early.timeMs);
  throw new SalvorError(
    "REFUSED",
    `the event ${JSON.stringify(early.id)} of ${time} was not applied yet and is earlier than ` +
      `${timestamp(fromMs)}: leaving it out would be a gap`,
    { hint: `Give --from-timestamp ${time} or an earlier time, or rebuild from the beginning.` },
  );
}
