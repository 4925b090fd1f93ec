import type { DatabaseSync, StatementSync } from "node:sqlite";

import { bytesOf, entriesOf, ENTRY_BYTES, placeAt, WORDS, type AppliedPlace } from "./entries.ts";
import { merged } from "./merge.ts";

/** Runs of a level that become one of the next. */
const FAN_OUT = 8;
/** Entries of a page; with them, a row fills a page of the database and spills into no other. */
const PAGE_ENTRIES = 252;
const RUNS_MAX = 128;

interface Run {
  readonly number: number;
  readonly level: number;
  readonly entries: number;
}

/** Applied events in the database: sorted runs of pages, of which there are few however long the log. */
export const RUNS_SCHEMA = `
CREATE TABLE salvor_runs (run INTEGER PRIMARY KEY, level INTEGER NOT NULL, entries INTEGER NOT NULL)
  STRICT;
CREATE TABLE salvor_applied (page INTEGER PRIMARY KEY, entries BLOB NOT NULL) STRICT;
`;

/**
 * Reads and writes them, in whatever transaction is open. A page's number is that of its run (7 bits)
 * and the first 56 bits of its first hash; hashes that begin alike are never on two pages.
 */
export class Runs {
  #runs: readonly Run[];
  readonly #database: DatabaseSync;
  readonly #find: StatementSync;
  readonly #next: StatementSync;
  readonly #insert: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    const where = "FROM salvor_applied WHERE page";
    this.#find = database.prepare(
      `SELECT entries ${where} BETWEEN ? AND ? ORDER BY page DESC LIMIT 1`,
    );
    this.#next = database.prepare(
      `SELECT page, entries ${where} > ? AND page <= ? ORDER BY page LIMIT 1`,
    );
    this.#next.setReadBigInts(true);
    this.#insert = database.prepare("INSERT INTO salvor_applied VALUES (?, ?)");
    this.#insert.setReadBigInts(true); // it tells the number that it gave
    this.#runs = database
      .prepare("SELECT run AS number, level, entries FROM salvor_runs ORDER BY run")
      .all() as unknown as Run[];
  }

  /** Entries in all runs. */
  get count(): number {
    return this.#runs.reduce((sum, { entries }) => sum + entries, 0);
  }

  find(hi: number, lo: number): AppliedPlace[] {
    return this.#runs.flatMap(({ number }) => {
      const row = this.#find.get(pageNumber(number, 0, 0), pageNumber(number, hi, lo));
      return row === undefined ? [] : placesIn(entriesOf(row["entries"] as Uint8Array), hi, lo);
    });
  }

  /** Adds sorted entries as a run, and merges runs where there are too many of a level. */
  add(entries: Uint32Array): void {
    this.#write(0, [entries]);
    for (let level = 0; ; level += 1) {
      const runs = this.#runs.filter((run) => run.level === level);
      if (runs.length < FAN_OUT) return;
      this.#write(level + 1, merged(runs.map(({ number }) => this.pages(number))));
      for (const { number } of runs) this.#remove(number);
    }
  }

  /** The pages of a run in order; of all runs where none is named. */
  *pages(run: number | null = null): Generator<Uint32Array> {
    let after = pageNumber(run ?? 0, 0, 0) - 1n;
    const end = pageNumber((run ?? RUNS_MAX - 1) + 1, 0, 0) - 1n;
    for (;;) {
      const row = this.#next.get(after, end);
      if (row === undefined) return;
      after = row["page"] as bigint;
      yield entriesOf(row["entries"] as Uint8Array);
    }
  }

  #write(level: number, blocks: Iterable<Uint32Array>): void {
    const taken = new Set(this.#runs.map(({ number }) => number));
    const number = Array.from({ length: RUNS_MAX }, (_, at) => at).find((at) => !taken.has(at));
    if (number === undefined) throw new RangeError("there are too many runs of applied events");
    let entries = 0;
    for (const page of paged(blocks)) {
      this.#insert.run(pageNumber(number, page[0] ?? 0, page[1] ?? 0), bytesOf(page));
      entries += page.length / WORDS;
    }
    this.#database.prepare("INSERT INTO salvor_runs VALUES (?, ?, ?)").run(number, level, entries);
    this.#runs = [...this.#runs, { number, level, entries }];
  }

  #remove(number: number): void {
    this.#database
      .prepare("DELETE FROM salvor_applied WHERE page >= ? AND page < ?")
      .run(pageNumber(number, 0, 0), pageNumber(number + 1, 0, 0));
    this.#database.prepare("DELETE FROM salvor_runs WHERE run = ?").run(number);
    this.#runs = this.#runs.filter((run) => run.number !== number);
  }
}

function pageNumber(run: number, hi: number, lo: number): bigint {
  return (BigInt(run) << 56n) | (BigInt(hi) << 24n) | BigInt(lo >>> 8);
}

/** Cuts sorted entries into pages, never between two hashes of one page number. */
function* paged(blocks: Iterable<Uint32Array>): Generator<Uint32Array> {
  let rest = new Uint32Array();
  for (const block of blocks) {
    const entries = rest.length === 0 ? block : joined(rest, block);
    let from = 0;
    // One entry more than a page holds: whether the page may end there depends on it.
    while (entries.length - from > PAGE_ENTRIES * WORDS) {
      const to = pageEnd(entries, from);
      if (to >= entries.length) break;
      yield entries.subarray(from, to);
      from = to;
    }
    rest = entries.slice(from);
  }
  if (rest.length > 0) yield rest;
}

function pageEnd(entries: Uint32Array, from: number): number {
  let to = from + PAGE_ENTRIES * WORDS;
  while (to < entries.length && beginsAlike(entries, to - WORDS, to)) to += WORDS;
  return to;
}

function beginsAlike(entries: Uint32Array, one: number, other: number): boolean {
  const [low = 0, otherLow = 0] = [entries[one + 1], entries[other + 1]];
  return entries[one] === entries[other] && low >>> 8 === otherLow >>> 8;
}

function joined(one: Uint32Array, other: Uint32Array): Uint32Array<ArrayBuffer> {
  const all = new Uint32Array(one.length + other.length);
  all.set(one);
  all.set(other, one.length);
  return all;
}

/** The places of a hash on the only page of a run that can have it. */
function placesIn(entries: Uint32Array, hi: number, lo: number): AppliedPlace[] {
  let low = 0;
  let high = (entries.byteLength / ENTRY_BYTES) | 0;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(entries, middle * WORDS, hi, lo)) low = middle + 1;
    else high = middle;
  }
  const places: AppliedPlace[] = [];
  for (let at = low * WORDS; entries[at] === hi && entries[at + 1] === lo; at += WORDS) {
    places.push(placeAt(entries, at));
  }
  return places;
}

function isBefore(entries: Uint32Array, at: number, hi: number, lo: number): boolean {
  const first = entries[at] ?? 0;
  return first < hi || (first === hi && (entries[at + 1] ?? 0) < lo);
}
