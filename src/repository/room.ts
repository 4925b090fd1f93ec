/**
 * A buffer that goes to a thread with an order and comes back with the answer in it, again and again:
 * a fresh one each time would be the collector's to free, who comes by too late.
 */
export class Room {
  readonly #buffer: ArrayBuffer;
  #end = 0;

  constructor(buffer: ArrayBuffer) {
    this.#buffer = buffer;
  }

  /** Copies bytes behind those that are kept already; where they do not fit, into a buffer of their own. */
  keep(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    if (this.#end + bytes.length > this.#buffer.byteLength) return new Uint8Array(bytes);
    const kept = new Uint8Array(this.#buffer, this.#end, bytes.length);
    kept.set(bytes);
    this.#end += bytes.length;
    return kept;
  }
}
