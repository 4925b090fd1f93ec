import type { Observation } from "../../../core/finding.ts";
import type { EventDamage, EventFault } from "../../events.ts";
import { observe, type EventLogCode } from "./findings.ts";

const CODES: Readonly<Record<EventFault, EventLogCode>> = {
  torn: "event-log.torn",
  unreadable: "event-log.unreadable",
  checksum: "event-log.checksum",
  chain: "event-log.chain",
  envelope: "event-log.envelope",
  schema: "event-log.schema",
  gap: "event-log.gap",
  conflict: "event-log.id.conflict",
  refused: "event-log.envelope",
};

/** Damage that the bytes of a line show by themselves: what a scan is for. */
const PHYSICAL: ReadonlySet<EventFault> = new Set(["torn", "unreadable", "checksum"]);

/** True for what one line shows; else it takes its neighbours, or rules. */
export function isPhysical({ fault }: EventDamage): boolean {
  return PHYSICAL.has(fault);
}

/** A piece of damage as a finding. */
export function observeDamage(damage: EventDamage): Observation {
  const { fault, reason, file, line, offset, bytes, id } = damage;
  const isFile = fault === "unreadable" && bytes.length === 0;
  const code = isFile ? "event-log.file.damaged" : CODES[fault];
  const which = id === null ? "" : ` (id ${id})`;
  const evidence = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  return observe(
    code,
    `line ${line} of ${file}, byte ${offset}${which}: ${reason}`,
    { file, line, byte: offset },
    evidence,
  );
}
