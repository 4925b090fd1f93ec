import { SalvorError } from "../../core/errors.ts";
import type { Part } from "../types.ts";

/** The contents of all files, one after the other, whatever parts they lie in. */
export class ContentReader implements AsyncDisposable {
  readonly #parts: AsyncIterator<Part>;
  readonly #signal: AbortSignal;
  #open: AsyncIterator<Uint8Array> | null = null;
  #rest: Uint8Array = new Uint8Array(0);
  /** Bytes of the open part that were not read yet; null when only reading tells. */
  #left: number | null = 0;
  /** Bytes that nobody wants, before the next that somebody does. */
  #skipped = 0;

  constructor(parts: AsyncIterator<Part>, signal: AbortSignal) {
    this.#parts = parts;
    this.#signal = signal;
  }

  /** The next bytes, at most so many; throws when there are none left. */
  async next(atMost: number): Promise<Uint8Array> {
    while (this.#skipped > 0) await this.#pass();
    while (this.#rest.length === 0) await this.#advance();
    const bytes = this.#rest.subarray(0, atMost);
    this.#rest = this.#rest.subarray(bytes.length);
    return bytes;
  }

  /** The next bytes if they are at hand: most files of a bundle need no waiting. */
  atHand(length: number): Uint8Array | null {
    if (this.#skipped > 0 || this.#rest.length < length) return null;
    const bytes = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return bytes;
  }

  /** Passes over the next bytes; a part that has nothing else is not read. */
  skip(length: number): void {
    this.#skipped += length;
  }

  /** @throws {SalvorError} BACKUP_DAMAGED when there is more than the entries account for. */
  async end(): Promise<void> {
    if (this.#rest.length > 0) throw tooMuch();
    for (;;) {
      if (this.#open !== null && (await this.#open.next()).done !== true) throw tooMuch();
      const part = await this.#parts.next();
      if (part.done === true) return;
      this.#open = part.value.open(this.#signal)[Symbol.asyncIterator]();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#open?.return?.();
    await this.#parts.return?.();
  }

  async #advance(): Promise<void> {
    this.#signal.throwIfAborted();
    const portion = await this.#open?.next();
    if (portion === undefined || portion.done === true) return this.#openNext();
    this.#rest = portion.value;
    if (this.#left !== null) this.#left -= portion.value.length;
  }

  /** The next part that has more than what nobody wants. */
  async #openNext(): Promise<void> {
    for (;;) {
      const part = await this.#parts.next();
      if (part.done === true) throw tooLittle();
      const { size } = part.value;
      if (size !== null && size > 0 && size <= this.#skipped) {
        this.#skipped -= size;
        continue;
      }
      this.#open = part.value.open(this.#signal)[Symbol.asyncIterator]();
      this.#left = size;
      return;
    }
  }

  async #pass(): Promise<void> {
    const passed = Math.min(this.#skipped, this.#rest.length);
    this.#rest = this.#rest.subarray(passed);
    this.#skipped -= passed;
    if (this.#skipped === 0) return;
    if (this.#left === null || this.#left > this.#skipped) return this.#advance();
    this.#skipped -= this.#left;
    await this.#open?.return?.();
    this.#open = null;
    this.#left = 0;
    if (this.#skipped > 0) await this.#openNext();
  }
}

function tooMuch(): SalvorError {
  return damagedTree("it holds more content than its entries have");
}

function tooLittle(): SalvorError {
  return damagedTree("it holds less content than its entries have");
}

/** A snapshot of a tree that contradicts itself. */
export function damagedTree(what: string): SalvorError {
  return new SalvorError("BACKUP_DAMAGED", `the snapshot of a tree is not right: ${what}`, {
    hint: 'Run "salvor verify" and restore another snapshot.',
  });
}
