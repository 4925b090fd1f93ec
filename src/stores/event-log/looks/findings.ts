import type { Observation } from "../../../core/finding.ts";
import { count } from "../../../core/text.ts";
import { observeOf, type Catalogue } from "../../catalogue.ts";

const RESTORE = ["restore-beside", "exchange"];
/** The newest snapshot may have what is damaged, or missing. */
const MERGE = ["merge"];

const CATALOGUE = {
  "event-log.chain": ["The chain of events is broken", "high", "corruption", MERGE],
  "event-log.checksum": ["An event is not what was written", "high", "corruption", MERGE],
  "event-log.envelope": ["An event lacks what every event has", "medium", "structure", []],
  "event-log.damaged": ["Lines of the log are damaged", "high", "corruption", MERGE],
  "event-log.file.damaged": [
    "A file of the log cannot be uncompressed",
    "high",
    "corruption",
    MERGE,
  ],
  "event-log.file.hardware": ["The disk fails to read the log", "critical", "hardware", []],
  "event-log.file.unreadable": [
    "A file of the log may not be read",
    "high",
    "permission",
    ["check-permissions"],
  ],
  "event-log.gap": ["Events are missing", "high", "corruption", MERGE],
  "event-log.id.conflict": ["Two events have the same id", "high", "rule", []],
  "event-log.id.repeated": ["An event stands in the log twice", "low", "structure", []],
  "event-log.missing": ["The event log is missing", "critical", "structure", RESTORE],
  "event-log.more": ["There is more to find than can be listed", "medium", "corruption", []],
  "event-log.schema": ["An event's data are not as their schema demands", "medium", "rule", []],
  "event-log.schema.unusable": ["A schema cannot be used", "medium", "configuration", []],
  "event-log.sequence.repeated": ["Two events have the same number", "medium", "rule", []],
  "event-log.sequence.backwards": ["The numbers of events run backwards", "medium", "rule", []],
  "event-log.time.backwards": ["The time of events runs backwards", "low", "rule", []],
  "event-log.torn": ["The last line is torn", "medium", "corruption", MERGE],
  "event-log.type.unknown": ["An event is of a type that nobody knows", "low", "rule", []],
  "event-log.unreadable": ["A line of the log is damaged", "high", "corruption", MERGE],
} as const satisfies Catalogue;

/** A code of the catalogue: what a look at an event log can find. */
export type EventLogCode = keyof typeof CATALOGUE;

/** Words an observation of the catalogue. */
export const observe = observeOf(CATALOGUE);

/** Findings of one code that one look lists; the rest is counted. */
const LISTED_MAX = 1_000;

/** Takes observations, as many of each code as can be listed. */
export class Observations {
  readonly #list: Observation[] = [];
  readonly #counts = new Map<string, number>();

  readonly take = (observation: Observation): void => {
    const before = this.#counts.get(observation.code) ?? 0;
    this.#counts.set(observation.code, before + 1);
    if (before < LISTED_MAX) this.#list.push(observation);
  };

  /** All that was taken; for each code of which there is more, how much. */
  list(): readonly Observation[] {
    const more = [...this.#counts].flatMap(([code, total]) => {
      if (total <= LISTED_MAX) return [];
      const description = `${count(total - LISTED_MAX)} more findings of ${code} are not listed`;
      return [observe("event-log.more", description, { table: code })];
    });
    return [...this.#list, ...more];
  }
}
