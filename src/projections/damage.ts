import { SalvorError } from "../core/errors.ts";
import type { EventBatch, EventDamage, EventReader, LogEvent } from "../stores/events.ts";
import type { OnDamaged } from "./types.ts";

/** Bytes of a line that are kept. */
const BYTES_MAX = 64 * 1024;

/** Makes damage of a whole event that cannot be applied, with its line as it is. */
export async function damageOf(
  reader: EventReader,
  batch: EventBatch,
  at: number,
  fault: EventDamage["fault"],
  reason: string,
): Promise<EventDamage> {
  const { segment, file } = batch.end;
  const offset = batch.offsets[at] ?? 0;
  const event: LogEvent | undefined = batch.events[at];
  const bytes = await reader.lineAt(segment, offset);
  return {
    fault,
    reason,
    file,
    line: batch.lines[at] ?? 0,
    offset,
    bytes: bytes?.slice(0, BYTES_MAX) ?? new Uint8Array(),
    id: event?.id ?? null,
    sequence: event?.sequence ?? null,
  };
}

/**
 * Holds damage to the policy: which piece ends the build, or none.
 *
 * @param before how many pieces were skipped already.
 */
export function endedBy(
  damaged: readonly EventDamage[],
  before: number,
  policy: OnDamaged,
): EventDamage | null {
  if (policy === "skip") return null;
  const free = policy === "stop" ? 0 : policy.skipBelow - 1 - before;
  return damaged[Math.max(free, 0)] ?? null;
}

/** What a build ends with when it may not go on over damage. */
export function logDamaged(
  { file, line, offset, reason }: EventDamage,
  { projection, log }: { readonly projection: string; readonly log: string },
  policy: OnDamaged,
): SalvorError {
  const found = `${file}, line ${line} (byte ${offset}), cannot be applied: ${reason}`;
  const limit =
    typeof policy === "string" ? "" : `; ${policy.skipBelow} events are too many to skip`;
  return new SalvorError("LOG_DAMAGED", `${found}${limit}`, {
    hint:
      `Run "salvor recover ${log}" to mend the log and "salvor rebuild ${projection}" to go on, or ` +
      `leave such events out with "salvor rebuild ${projection} --on-damaged skip".`,
  });
}
