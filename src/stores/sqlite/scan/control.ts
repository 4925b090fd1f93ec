/** What the threads of one scan share besides the facts: a stop, and a count of what is kept. */
export class ScanControl {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(8)) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
  }

  /** Asks all threads to end soon; what they answer then is worth nothing. */
  stop(): void {
    Atomics.store(this.#words, 0, 1);
  }

  get isStopped(): boolean {
    return Atomics.load(this.#words, 0) === 1;
  }

  /** Counts one more of what is limited; false when there are `max` already. */
  takeOne(max: number): boolean {
    return Atomics.add(this.#words, 1, 1) < max;
  }
}
