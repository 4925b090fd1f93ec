/** So many sources are told apart; of one more than that nothing is expected. */
const SOURCES_MAX = 10_000;
/** Digits that a double holds exactly. */
const DIGITS_MAX = 15;

/** Numbers that no event has. */
export interface Gap {
  /** As the log writes it: with the zeros before it. */
  readonly first: string;
  readonly last: string;
  readonly count: number;
}

/** What one source has come to. */
interface Count {
  highest: number;
}

/**
 * Finds numbers that are missing, by source. A number that was there before is a repeat, and no gap;
 * the log may begin with any number.
 */
export class SequenceGaps {
  readonly #counts = new Map<string | null, Count>();
  /** Neighbouring events mostly have the same source. */
  #source: string | null = null;
  #count: Count | undefined;
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
    const highest = this.#of(source)?.highest;
    if (highest === undefined) return null;
    const number = wholeNumber(sequence);
    if (number <= highest + 1 + this.#unread) return null;
    const write = (value: number): string => String(value).padStart(sequence.length, "0");
    return { first: write(highest + 1), last: write(number - 1), count: number - highest - 1 };
  }

  /** The log goes on with this event; false when its number is a repeat. */
  take(source: string | null, sequence: string): boolean {
    this.#unread = 0;
    const number = wholeNumber(sequence);
    if (number < 0) return true;
    const count = this.#of(source);
    if (count !== undefined) {
      if (number <= count.highest) return false;
      count.highest = number;
    } else if (this.#counts.size < SOURCES_MAX) {
      this.#count = { highest: number };
      this.#counts.set(source, this.#count);
    }
    return true;
  }

  #of(source: string | null): Count | undefined {
    if (source === this.#source && this.#count !== undefined) return this.#count;
    this.#source = source;
    this.#count = this.#counts.get(source);
    return this.#count;
  }
}

/** What a text of digits says; -1 for other texts. */
export function wholeNumber(text: string): number {
  const { length } = text;
  if (length === 0 || length > DIGITS_MAX) return -1;
  let value = 0;
  for (let at = 0; at < length; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
}
