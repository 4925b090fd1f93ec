import type { ExactObject } from "../../../core/exact-json.ts";
import type { EventFault, LogEvent } from "../../events.ts";
import { fieldsDigests, isOneOf } from "../digest/digest.ts";
import type { ChainOptions, ChecksumOptions, EventLogOptions } from "../options.ts";
import { envelopeReader, fieldAt, type ReadEnvelope } from "./envelope.ts";
import { formField } from "./form-field.ts";
import type { LineFault } from "./judge-line.ts";
import type { LineCut, LineForm } from "./line-form.ts";
import type { SchemaCheck } from "./types.ts";
import { SequenceGaps } from "./sequence.ts";

/** What must hold across lines, where reading goes on. */
export interface ReadingStart {
  readonly source: string | null;
  readonly sequence: string | null;
  readonly chain: string | null;
}

/** Something that lies before an event, which is whole itself. */
export interface Break extends LineFault {
  readonly sequence: string | null;
}

/** Checks one event after the other, as the store's options say, and what holds between them. */
export class EventReading {
  readonly #envelope: EventLogOptions["envelope"];
  readonly #read: ReadEnvelope<ExactObject>;
  readonly #sum: { readonly field: string; readonly holds: (line: ExactObject) => boolean } | null;
  readonly #chain: ChainOptions | null;
  readonly #schemas: SchemaCheck | null;
  readonly #gaps: SequenceGaps | null;
  #link: string | null;
  #last: { readonly source: string | null; readonly sequence: string | null };

  constructor(options: EventLogOptions, schemas: SchemaCheck | null, start: ReadingStart | null) {
    this.#envelope = options.envelope;
    this.#read = envelopeReader(options.envelope, fieldAt);
    this.#sum = fieldsSum(options.checksum);
    this.#chain = options.chain ?? null;
    this.#schemas = schemas;
    const { source = null, sequence = null, chain = null } = start ?? {};
    this.#gaps = options.sequence === "contiguous" ? new SequenceGaps(source, sequence) : null;
    this.#link = chain;
    this.#last = { source, sequence };
  }

  /** Where reading would go on. */
  get state(): ReadingStart {
    const { source, sequence } = this.#last;
    return { source, sequence, chain: this.#link };
  }

  /** The event of a line, or what is wrong with it. */
  event(line: ExactObject): LogEvent | LineFault {
    const sum = this.#sum;
    if (sum !== null && !sum.holds(line)) return sumFault(sum.field, line);
    return this.#judged(this.#read(line));
  }

  /** Takes events out of lines of one form; null where the checks need the line as an object. */
  ofForm(form: LineForm): ((cut: LineCut) => LogEvent | LineFault) | null {
    if (this.#sum !== null || this.#chain !== null) return null;
    const read = envelopeReader(this.#envelope, (path) => formField(form, path));
    return (cut) => this.#judged(read(cut));
  }

  #judged(event: LogEvent | string): LogEvent | LineFault {
    if (typeof event === "string") return { fault: "envelope", reason: event };
    const breach = this.#schemas?.(event) ?? null;
    return breach === null ? event : { fault: "schema", reason: breach };
  }

  /** What is broken before an event that is whole; its line where {@link ofForm} was not enough. */
  breaksBefore(line: ExactObject | null, event: LogEvent): readonly Break[] {
    const gap = event.sequence === null ? null : this.#gaps?.before(event.source, event.sequence);
    const found = gap === null || gap === undefined ? NO_BREAKS : [gapBreak(gap)];
    const field = this.#chain?.field;
    if (field === undefined || this.#link === null || isOneOf(this.#link, line?.[field]))
      return found;
    return [...found, chainBreak(field, event.sequence)];
  }

  /** Goes on after an event. `link` is the digest of its line, where bytes tell it. */
  accept(line: ExactObject | null, event: LogEvent, link: string | null): void {
    const isRepeat =
      event.sequence !== null && this.#gaps?.take(event.source, event.sequence) === false;
    // What follows a repeat follows the highest number, wherever reading goes on.
    if (!isRepeat) this.#last = event;
    const chain = this.#chain;
    if (chain === null || line === null) return;
    this.#link =
      typeof chain.over === "string" ? link : fieldsDigests(chain.algorithm, line, chain.over);
  }

  /** A line is no event: what it links to, and its number, are not known. */
  pass(events: number): void {
    this.#gaps?.pass(events);
    this.#link = null;
  }
}

const NO_BREAKS: readonly Break[] = [];

function fieldsSum(checksum: ChecksumOptions | undefined) {
  if (checksum === undefined || checksum.over === "head") return null;
  const { field, algorithm, over } = checksum;
  return {
    field,
    holds: (line: ExactObject) => isOneOf(fieldsDigests(algorithm, line, over), line[field]),
  };
}

function sumFault(field: string, line: ExactObject): LineFault {
  const isThere = Object.hasOwn(line, field);
  const reason = isThere ? `${field} is not that of its members` : `${field} is missing`;
  return { fault: "checksum" satisfies EventFault, reason };
}

function gapBreak({ first, last, count }: { first: string; last: string; count: number }): Break {
  const which =
    count === 1 ? `event ${first} is missing` : `${count} events are missing, ${first} to ${last}`;
  return { fault: "gap", reason: which, sequence: first };
}

function chainBreak(field: string, sequence: string | null): Break {
  const reason = `${field} is not the digest of the event before: that one was altered, or others are missing`;
  return { fault: "chain", reason, sequence };
}
