const BYTES_MIN = 2 ** 17;
const BYTES_MAX = 2 ** 26;
const BITS_PER_ENTRY = 12;
/** Words of a block, which lies in one line of the processor's cache. */
const BLOCK_WORDS = 16;

/** Tells most of the hashes that were never added: no answer costs more than one miss of the cache. */
export class Bloom {
  readonly #words: Uint32Array;
  readonly #blockMask: number;

  /** @param entries how many are expected; with many more, fewer misses are told. */
  constructor(entries: number) {
    const wanted = (entries * BITS_PER_ENTRY) / 8;
    const bytes = 2 ** Math.ceil(Math.log2(Math.min(Math.max(wanted, BYTES_MIN), BYTES_MAX)));
    this.#words = new Uint32Array(bytes / 4);
    this.#blockMask = this.#words.length / BLOCK_WORDS - 1;
  }

  add(hi: number, lo: number): void {
    const block = (hi & this.#blockMask) * BLOCK_WORDS;
    this.#set(block, lo);
    this.#set(block, lo >>> 9);
    this.#set(block, lo >>> 18);
    this.#set(block, hi >>> 23);
  }

  /** False only for what was never added. */
  mayHave(hi: number, lo: number): boolean {
    const block = (hi & this.#blockMask) * BLOCK_WORDS;
    const all =
      this.#bit(block, lo) &
      this.#bit(block, lo >>> 9) &
      this.#bit(block, lo >>> 18) &
      this.#bit(block, hi >>> 23);
    return all === 1; // all four lie in one line: a branch less is worth more than a bit less
  }

  #set(block: number, bit: number): void {
    const at = block + ((bit >>> 5) & (BLOCK_WORDS - 1));
    this.#words[at] = (this.#words[at] ?? 0) | (1 << (bit & 31));
  }

  #bit(block: number, bit: number): number {
    const word = this.#words[block + ((bit >>> 5) & (BLOCK_WORDS - 1))] as number;
    return (word >>> (bit & 31)) & 1;
  }
}
