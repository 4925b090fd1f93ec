const NEWLINE = 0x0a;

/**
 * The part of a file that is being looked at. What has been passed is given up when more comes, so
 * that a file of any size takes no more memory than its largest record, a few times.
 */
export class ByteWindow {
  /** What is held; never written to, so that views of it stay what they are. */
  bytes: Uint8Array;
  /** Index in `bytes` of the first byte that is still needed. */
  at = 0;
  /** Nothing follows behind `bytes`. */
  ended: boolean;
  /** The line of `at`, from 1. */
  line = 1;
  #passed = 0;

  constructor(bytes: Uint8Array, ended: boolean) {
    this.bytes = bytes;
    this.ended = ended;
  }

  /** The place of an index in the whole file. */
  offsetOf(index: number): number {
    return this.#passed + index;
  }

  /** The index of a place in the whole file; it changes when more comes. */
  indexOf(offset: number): number {
    return offset - this.#passed;
  }

  /** The byte at a place in the whole file; -1 where none is held. */
  byteAt(offset: number): number {
    return this.bytes[offset - this.#passed] ?? -1;
  }

  /** The place in the whole file behind the last byte that is held. */
  get endOffset(): number {
    return this.#passed + this.bytes.length;
  }

  /** Goes on to an index: what lies before it is needed no more. */
  advance(to: number): void {
    const { bytes } = this;
    for (let found = bytes.indexOf(NEWLINE, this.at); found !== -1 && found < to;) {
      this.line += 1;
      found = bytes.indexOf(NEWLINE, found + 1);
    }
    this.at = to;
  }

  /** Adds portions of a file behind what is held, and gives up what lies before `at`. */
  append(portions: readonly Uint8Array[]): void {
    this.#passed += this.at;
    this.bytes = Buffer.concat([this.bytes.subarray(this.at), ...portions]);
    this.at = 0;
  }

  /** Bytes held from `at` on. */
  get ahead(): number {
    return this.bytes.length - this.at;
  }
}

/** Adds to the window until it holds twice as much, so that a second look costs no square. */
export async function refill(window: ByteWindow, source: AsyncIterator<Uint8Array>): Promise<void> {
  const portions: Uint8Array[] = [];
  const wanted = Math.max(window.ahead, REFILL_BYTES);
  for (let gained = 0; gained < wanted;) {
    const next = await source.next();
    if (next.done === true) {
      window.ended = true;
      break;
    }
    portions.push(next.value);
    gained += next.value.length;
  }
  window.append(portions);
}

const REFILL_BYTES = 65_536;
