import type { DatabaseSync } from "node:sqlite";

import type { LogEvent } from "../../stores/events.ts";
import { Bloom } from "./bloom.ts";
import { bytesOf, entriesOf, placeHigh, placeLow, WORDS, type AppliedPlace } from "./entries.ts";
import { IdHash } from "./id-hash.ts";
import { Recent, RECENT_MAX } from "./recent.ts";
import { Runs, RUNS_SCHEMA } from "./runs.ts";

/** Tables of the memory: newest entries as they came, older ones in runs. */
export const APPLIED_SCHEMA = `
CREATE TABLE salvor_recent (number INTEGER PRIMARY KEY, entries BLOB NOT NULL) STRICT;
${RUNS_SCHEMA}`;

/** Events that may be added between two calls of `save`. */
export const UNSAVED_MAX = RECENT_MAX;

/** So many questions to the runs are answered one by one before all their hashes are read. */
const QUESTIONS_MIN = 5_000;
/** A question costs about as much as reading so many hashes. */
const QUESTION_ENTRIES = 30;

/** Neighbouring events of one segment. */
export interface NewEvents {
  readonly events: readonly Pick<LogEvent, "id" | "source">[];
  readonly segment: number;
  /** By event. */
  readonly offsets: Float64Array;
}

/**
 * Which events a state has applied. It never takes one event for another: it gives places of those
 * that may be the same, and who asks compares. Memory is bounded however many there are, and asking
 * for few of many reads no more than these.
 */
export class AppliedMemory {
  readonly #database: DatabaseSync;
  readonly #hash: IdHash;
  readonly #recent = new Recent();
  readonly #runs: Runs;
  #bloom: Bloom | null = null;
  #questions = 0;
  readonly #expected: number;
  /** Of the batch at hand: the hash of each event, and whether runs may have it. */
  #hashes = new Uint32Array(0);
  #mayBeInRuns = new Uint8Array(0);
  /** Entries of the newest that are in the database. */
  #saved = 0;

  /** @param expected about how many events there will be. */
  constructor(database: DatabaseSync, key: Uint8Array, expected: number) {
    this.#database = database;
    this.#hash = new IdHash(key);
    this.#runs = new Runs(database);
    this.#expected = expected;
    const blocks = database.prepare("SELECT entries FROM salvor_recent ORDER BY number").all();
    for (const { entries } of blocks) this.#load(entriesOf(entries as Uint8Array));
    this.#saved = this.#recent.count;
    if (this.#runs.count === 0) this.#bloom = new Bloom(expected);
  }

  /**
   * Remembers the events of a batch that are certainly new.
   *
   * @param isLeft by event: not 0 for one that is not meant.
   * @returns the numbers of those that only {@link find} can tell, in order.
   */
  addNew(batch: NewEvents, isLeft: Uint8Array): readonly number[] {
    const { events, segment, offsets } = batch;
    this.#hashAll(events);
    this.#askBloom(events.length);
    this.#recent.fetch(this.#hashes, events.length);
    const doubtful: number[] = [];
    for (let at = 0; at < events.length; at += 1) {
      if (isLeft[at] !== 0) continue;
      const hi = this.#hashes[2 * at] ?? 0;
      const lo = this.#hashes[2 * at + 1] ?? 0;
      const slot = this.#recent.slotFor(hi, lo);
      if (slot < 0 || (this.#mayBeInRuns[at] !== 0 && this.#isInRuns(hi, lo))) {
        doubtful.push(at);
        continue;
      }
      const offset = offsets[at] ?? 0;
      this.#recent.addAt(slot, hi, lo, placeHigh(segment, offset), placeLow(offset));
    }
    return doubtful;
  }

  /** Where applied events lie that may be the same one. */
  find(source: string | null, id: string): readonly AppliedPlace[] {
    this.#hash.take(source, id);
    const { hi, lo } = this.#hash;
    return [...this.#recent.find(hi, lo), ...this.#runs.find(hi, lo)];
  }

  /** Remembers an event that was found to be another one than those of its hash. */
  add(source: string | null, id: string, segment: number, offset: number): void {
    this.#hash.take(source, id);
    this.#add(this.#hash.hi, this.#hash.lo, segment, offset);
  }

  /** Have two events one hash? */
  isOneHash(one: NewEvents["events"][number], other: NewEvents["events"][number]): boolean {
    this.#hash.take(one.source, one.id);
    const { hi, lo } = this.#hash;
    this.#hash.take(other.source, other.id);
    return this.#hash.hi === hi && this.#hash.lo === lo;
  }

  /** Writes what is new into the open transaction. */
  save(): void {
    if (this.#recent.count === this.#saved) return;
    if (this.#recent.isFull) {
      this.#makeRun();
      return;
    }
    this.#database
      .prepare("INSERT INTO salvor_recent (entries) VALUES (?)")
      .run(bytesOf(this.#recent.from(this.#saved)));
    this.#saved = this.#recent.count;
  }

  #load(entries: Uint32Array): void {
    for (let at = 0; at < entries.length; at += WORDS) {
      const [hi = 0, lo = 0, high = 0, low = 0] = entries.subarray(at, at + WORDS);
      this.#recent.add(hi, lo, high, low);
    }
  }

  #add(hi: number, lo: number, segment: number, offset: number): void {
    this.#recent.add(hi, lo, placeHigh(segment, offset), placeLow(offset));
  }

  #makeRun(): void {
    const entries = this.#recent.sorted();
    this.#runs.add(entries);
    if (this.#bloom !== null) addAll(this.#bloom, entries);
    this.#database.exec("DELETE FROM salvor_recent");
    this.#recent.clear();
    this.#saved = 0;
  }

  // One table after the other for a whole batch: the processor fetches many of its lines at once, and
  // waits for each when other work lies between.
  #hashAll(events: NewEvents["events"]): void {
    if (this.#mayBeInRuns.length < events.length) {
      this.#hashes = new Uint32Array(2 * events.length);
      this.#mayBeInRuns = new Uint8Array(events.length);
    }
    for (let at = 0; at < events.length; at += 1) {
      const event = events[at];
      if (event === undefined) continue;
      this.#hash.take(event.source, event.id);
      this.#hashes[2 * at] = this.#hash.hi;
      this.#hashes[2 * at + 1] = this.#hash.lo;
    }
  }

  #askBloom(count: number): void {
    const bloom = this.#bloom;
    this.#mayBeInRuns.fill(this.#runs.count === 0 ? 0 : 1, 0, count);
    if (bloom === null || this.#runs.count === 0) return;
    for (let at = 0; at < count; at += 1) {
      const may = bloom.mayHave(this.#hashes[2 * at] ?? 0, this.#hashes[2 * at + 1] ?? 0);
      this.#mayBeInRuns[at] = may ? 1 : 0;
    }
  }

  #isInRuns(hi: number, lo: number): boolean {
    if (this.#bloom?.mayHave(hi, lo) === false) return false; // it may be newer than the answers
    this.#questions += 1;
    if (this.#bloom === null && this.#questions > this.#questionsMax()) this.#makeBloom();
    return this.#runs.find(hi, lo).length > 0;
  }

  #questionsMax(): number {
    return Math.max(QUESTIONS_MIN, this.#runs.count / QUESTION_ENTRIES);
  }

  #makeBloom(): void {
    const bloom = new Bloom(this.#runs.count + this.#expected);
    for (const entries of this.#runs.pages()) addAll(bloom, entries);
    this.#bloom = bloom;
  }
}

function addAll(bloom: Bloom, entries: Uint32Array): void {
  for (let at = 0; at < entries.length; at += WORDS) {
    bloom.add(entries[at] ?? 0, entries[at + 1] ?? 0);
  }
}
