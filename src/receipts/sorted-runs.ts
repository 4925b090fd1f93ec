import { closeSync, openSync, readSync, writeSync } from "node:fs";

import { diskError } from "../core/disk.ts";
import { SalvorError } from "../core/errors.ts";
import { removeFileSync } from "../core/remove-file.ts";
import {
  comparePacked,
  keyLengthAt,
  LENGTHS,
  packedEntryLength,
  rowLengthAt,
} from "./packed-entries.ts";

const WRITE_BYTES = 256 * 1024;

/** A file of packed entries in order. Removed by who merged it. */
export interface Run {
  readonly path: string;
  /** Of all entries, in bytes. */
  readonly length: number;
}

/** Writes packed entries to a new file of mode 0600, in portions. */
export class RunWriter implements Disposable {
  readonly #path: string;
  readonly #file: number;
  readonly #buffer = new Uint8Array(WRITE_BYTES);
  #held = 0;
  #length = 0;

  constructor(path: string) {
    this.#path = path;
    this.#file = attempt(path, () => openSync(path, "wx", 0o600));
  }

  write(bytes: Uint8Array, start: number, end: number): void {
    this.#length += end - start;
    if (this.#held + end - start > this.#buffer.length) this.#flush();
    if (end - start > this.#buffer.length) return this.#writeAll(bytes.subarray(start, end));
    this.#buffer.set(bytes.subarray(start, end), this.#held);
    this.#held += end - start;
  }

  finish(): Run {
    this.#flush();
    return { path: this.#path, length: this.#length };
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }

  #flush(): void {
    this.#writeAll(this.#buffer.subarray(0, this.#held));
    this.#held = 0;
  }

  #writeAll(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;)
      done += attempt(this.#path, () => writeSync(this.#file, bytes, done));
  }
}

/** Reads a run from its beginning, one entry at a time. The current one lies in `bytes` at `at`. */
export class RunReader implements Disposable {
  bytes: Uint8Array;
  at = 0;
  readonly #path: string;
  readonly #file: number;
  #held = 0;
  #unread: number;

  /** @param bufferBytes of the run to hold; more only while an entry is larger. */
  constructor(run: Run, bufferBytes: number) {
    this.#path = run.path;
    this.#unread = run.length;
    this.bytes = new Uint8Array(bufferBytes);
    this.#file = attempt(run.path, () => openSync(run.path, "r"));
  }

  /** Moves to the first entry. False when there is none. */
  start(): boolean {
    return this.#hold(LENGTHS) && this.#hold(this.length());
  }

  /** Moves to the next entry. False when that was the last. */
  next(): boolean {
    this.at += this.length();
    return this.#hold(LENGTHS) && this.#hold(this.length());
  }

  /** Of the current entry, in bytes. */
  length(): number {
    return packedEntryLength(keyLengthAt(this.bytes, this.at), rowLengthAt(this.bytes, this.at));
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }

  /** Sees to it that `length` bytes from `at` on are in memory. */
  #hold(length: number): boolean {
    if (this.at + length <= this.#held) return true;
    if (this.at === this.#held && this.#unread === 0) return false;

    const rest = this.bytes.subarray(this.at, this.#held);
    if (length > this.bytes.length) {
      const larger = new Uint8Array(length);
      larger.set(rest);
      this.bytes = larger;
    } else this.bytes.copyWithin(0, this.at, this.#held);
    this.#held = rest.length;
    this.at = 0;
    while (this.#held < length) this.#fill();
    return true;
  }

  #fill(): void {
    const read = attempt(this.#path, () =>
      readSync(this.#file, this.bytes, this.#held, this.bytes.length - this.#held, null),
    );
    if (read === 0) throw cutOff(this.#path);
    this.#held += read;
    this.#unread -= read;
  }
}

/** Hands all entries of the runs to `take`, in order. Reads them through about `memory` bytes. */
export function mergeRuns(
  runs: readonly Run[],
  memory: number,
  take: (bytes: Uint8Array, at: number, length: number) => void,
): void {
  using opened = new DisposableStack();
  const share = Math.max(16 * 1024, Math.floor(memory / Math.max(1, runs.length)));
  const heap = runs
    .map((run) => opened.use(new RunReader(run, Math.min(share, Math.max(LENGTHS, run.length)))))
    .filter((reader) => reader.start());
  for (let root = heap.length >> 1; root >= 0; root--) sink(heap, root);

  for (let first = heap[0]; first !== undefined; first = heap[0]) {
    take(first.bytes, first.at, first.length());
    if (!first.next()) {
      const last = heap.pop();
      if (heap.length > 0 && last !== undefined) heap[0] = last;
    }
    sink(heap, 0);
  }
}

/** Removes the files of runs. */
export function removeRuns(runs: readonly Run[]): void {
  for (const { path } of runs) removeFileSync(path);
}

/** Moves a reader down the heap until both below it come later. */
function sink(heap: RunReader[], from: number): void {
  let at = from;
  for (;;) {
    const left = 2 * at + 1;
    const child = before(heap[left + 1], heap[left]) ? left + 1 : left;
    const reader = heap[at];
    const smallest = heap[child];
    if (reader === undefined || smallest === undefined || !before(smallest, reader)) return;
    heap[at] = smallest;
    heap[child] = reader;
    at = child;
  }
}

function before(a: RunReader | undefined, b: RunReader | undefined): boolean {
  return a !== undefined && b !== undefined && comparePacked(a.bytes, a.at, b.bytes, b.at) < 0;
}

function cutOff(path: string): SalvorError {
  return new SalvorError("FAULT", `the scratch file ${path} is shorter than it was written`, {
    hint: "Check that nothing else clears the scratch folder, and run the command again.",
  });
}

function attempt<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw diskError(path, error);
  }
}
