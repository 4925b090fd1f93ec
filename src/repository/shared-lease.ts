/**
 * One shared lock for all who want it at the same time in this process: taken for the first, given
 * back by the last. Ten thousand parts that are read one by one are then not ten thousand locks.
 */
export class SharedLease {
  readonly #take: (signal: AbortSignal) => Promise<AsyncDisposable>;
  #held: Promise<AsyncDisposable> | null = null;
  #users = 0;

  constructor(take: (signal: AbortSignal) => Promise<AsyncDisposable>) {
    this.#take = take;
  }

  async acquire(signal: AbortSignal): Promise<AsyncDisposable> {
    signal.throwIfAborted();
    this.#users += 1;
    // Whoever comes while the lock is being taken shares its fate.
    this.#held ??= this.#take(signal);
    try {
      await this.#held;
    } catch (error) {
      await this.#leave();
      throw error;
    }
    return { [Symbol.asyncDispose]: () => this.#leave() };
  }

  async #leave(): Promise<void> {
    this.#users -= 1;
    if (this.#users > 0) return;
    const held = this.#held;
    this.#held = null;
    const lock = await held?.catch(() => null);
    await lock?.[Symbol.asyncDispose]();
  }
}
