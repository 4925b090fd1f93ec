import type { Observation } from "../../../core/finding.ts";
import { duration } from "../../../core/text.ts";
import type { EventBatch, LogEvent } from "../../events.ts";
import type { EventLogOptions } from "../options.ts";
import { wholeNumber } from "../read/sequence.ts";
import { observe } from "./findings.ts";

/** Where an event stands. */
interface Place {
  readonly file: string;
  readonly line: number;
  readonly byte: number;
}

/** The last event of a source. */
interface Last {
  id: string;
  sequence: string;
  number: number;
}

/** Types that are told of, each once. */
const TYPES_MAX = 1_000;
/** Sources whose numbers are followed. */
const SOURCES_MAX = 10_000;

/** Do events come in their order, and are their types known? Ids are looked at elsewhere. */
export class EventRules {
  readonly #options: EventLogOptions;
  readonly #known: ReadonlySet<string> | null;
  readonly #take: (observation: Observation) => void;
  readonly #unknown = new Set<string>();
  readonly #last = new Map<string | null, Last>();
  #timeMs: number | null = null;

  constructor(options: EventLogOptions, take: (observation: Observation) => void) {
    this.#options = options;
    this.#take = take;
    const known = [...options.knownTypes, ...Object.keys(options.schemas)];
    this.#known = known.length === 0 ? null : new Set(known);
  }

  check({ events, offsets, lines, end }: EventBatch): void {
    for (let index = 0; index < events.length; index++) {
      const event = events[index] as LogEvent;
      const place = { file: end.file, line: lines[index] ?? 0, byte: offsets[index] ?? 0 };
      this.#checkType(event, place);
      this.#checkTime(event, place);
      if (this.#options.sequence !== "free") this.#checkNumber(event, place);
    }
  }

  #checkType({ type }: LogEvent, place: Place): void {
    if (this.#known === null || this.#known.has(type) || this.#unknown.has(type)) return;
    if (this.#unknown.size >= TYPES_MAX) return;
    this.#unknown.add(type);
    const description = `${type} is none of the types that salvor.yaml names, first in line ${place.line}`;
    this.#take(observe("event-log.type.unknown", description, place, type));
  }

  #checkTime({ timeMs, id }: LogEvent, place: Place): void {
    const before = this.#timeMs;
    if (timeMs === null) return;
    this.#timeMs = timeMs;
    if (before === null || timeMs >= before) return;
    const description = `line ${place.line} of ${place.file} (id ${id}) is ${duration(before - timeMs)} before the event above it`;
    this.#take(observe("event-log.time.backwards", description, place));
  }

  #checkNumber({ source, sequence, id }: LogEvent, place: Place): void {
    if (sequence === null) return;
    const number = wholeNumber(sequence);
    if (number < 0) return;
    const last = this.#last.get(source);
    if (last === undefined) {
      if (this.#last.size < SOURCES_MAX) this.#last.set(source, { id, sequence, number });
      return;
    }
    if (number > last.number) {
      last.id = id;
      last.sequence = sequence;
      last.number = number;
      return;
    }
    if (id === last.id) return; // delivered twice
    const code = number === last.number ? "repeated" : "backwards";
    const description =
      code === "repeated"
        ? `line ${place.line} of ${place.file} (id ${id}) has the number ${sequence}, as ${last.id} has`
        : `line ${place.line} of ${place.file} (id ${id}) has the number ${sequence}, after ${last.sequence}`;
    this.#take(observe(`event-log.sequence.${code}`, description, place, sequence));
  }
}
