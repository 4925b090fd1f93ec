import type { DatabaseSync } from "node:sqlite";

import { SEGMENTS_MAX } from "../applied/entries.ts";

/** Numbers for the segments of a log, short enough to stand beside every applied event. */
export class Segments {
  readonly #numbers = new Map<string, number>();
  readonly #names: string[] = [];
  readonly #database: DatabaseSync;
  #saved: number;

  constructor(database: DatabaseSync) {
    this.#database = database;
    const rows = database.prepare("SELECT segment FROM salvor_segments ORDER BY number").all();
    for (const { segment } of rows) this.#add(String(segment));
    this.#saved = this.#names.length;
  }

  /** The number of a segment, a new one where it is new. */
  numberOf(segment: string): number {
    return this.#numbers.get(segment) ?? this.#add(segment);
  }

  nameOf(number: number): string {
    const name = this.#names[number];
    if (name === undefined) throw new RangeError(`no segment has the number ${number}`);
    return name;
  }

  /** Writes what is new into the open transaction. */
  save(): void {
    const insert = this.#database.prepare("INSERT INTO salvor_segments VALUES (?, ?)");
    for (; this.#saved < this.#names.length; this.#saved += 1) {
      insert.run(this.#saved, this.nameOf(this.#saved));
    }
  }

  #add(segment: string): number {
    const number = this.#names.length;
    if (number >= SEGMENTS_MAX) throw new RangeError("the log has too many segments");
    this.#names.push(segment);
    this.#numbers.set(segment, number);
    return number;
  }
}
