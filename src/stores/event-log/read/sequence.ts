/** So many sources are told apart; of one more than that nothing is expected. */
const SOURCES_MAX = 10_000;
const WHOLE = /^\d{1,15}$/;

/** Numbers that no event has. */
export interface Gap {
  /** As the log writes it: with the zeros before it. */
  readonly first: string;
  readonly last: string;
  readonly count: number;
}

/**
 * Finds numbers that are missing, by source. A number that was there before is a repeat, and no gap;
 * the log may begin with any number.
 */
export class SequenceGaps {
  readonly #highest = new Map<string, number>();
  /** Lines that could not be read since the last event: their numbers are not missing twice. */
  #unread = 0;

  /** Goes on after an event. */
  constructor(source: string | null = null, sequence: string | null = null) {
    if (sequence !== null) this.take(source, sequence);
  }

  /** So many events may have stood where a damaged line is. */
  pass(events: number): void {
    this.#unread += events;
  }

  /** The gap before an event; null when there is none. */
  before(source: string | null, sequence: string): Gap | null {
    const highest = this.#highest.get(source ?? "");
    if (highest === undefined || !WHOLE.test(sequence)) return null;
    const number = Number(sequence);
    if (number <= highest + 1 + this.#unread) return null;
    const write = (value: number): string => String(value).padStart(sequence.length, "0");
    return { first: write(highest + 1), last: write(number - 1), count: number - highest - 1 };
  }

  /** The log goes on with this event. */
  take(source: string | null, sequence: string): void {
    this.#unread = 0;
    if (!WHOLE.test(sequence)) return;
    const key = source ?? "";
    const highest = this.#highest.get(key);
    if (highest === undefined && this.#highest.size >= SOURCES_MAX) return;
    const number = Number(sequence);
    if (highest === undefined || number > highest) this.#highest.set(key, number);
  }
}
