/**
 * 64 bits of an event's identity: its source and its id, as CloudEvents tells events apart. Keyed, so
 * that nobody can choose ids that meet; where two meet all the same, the events are compared.
 */
export class IdHash {
  hi = 0;
  lo = 0;
  readonly #keyHi: number;
  readonly #keyLo: number;
  #source: string | null = null;
  #sourceHi: number;
  #sourceLo: number;

  /** @param key eight random bytes, the same ones as long as a state lives. */
  constructor(key: Uint8Array) {
    const words = new DataView(key.buffer, key.byteOffset, key.byteLength);
    this.#keyHi = this.#sourceHi = words.getInt32(0);
    this.#keyLo = this.#sourceLo = words.getInt32(4);
  }

  /** Leaves the hash in `hi` and `lo`: no garbage for millions of events. */
  take(source: string | null, id: string): void {
    if (source !== this.#source) this.#takeSource(source);
    let hi = this.#sourceHi;
    let lo = this.#sourceLo;
    for (let at = 0; at < id.length; at += 1) {
      const unit = id.charCodeAt(at);
      hi = Math.imul(hi ^ unit, 0x85ebca77);
      lo = Math.imul(lo ^ unit, 0xc2b2ae3d);
    }
    const mixedHi =
      Math.imul(hi ^ (hi >>> 16), 0x85ebca6b) ^ Math.imul(lo ^ (lo >>> 13), 0xc2b2ae35);
    const mixedLo =
      Math.imul(lo ^ (lo >>> 16), 0x85ebca6b) ^ Math.imul(mixedHi ^ (mixedHi >>> 13), 0xc2b2ae35);
    this.hi = (mixedHi ^ (mixedLo >>> 15)) >>> 0;
    this.lo = (mixedLo ^ (mixedLo >>> 16)) >>> 0;
  }

  #takeSource(source: string | null): void {
    this.#source = source;
    let hi = (this.#sourceHi = this.#keyHi);
    let lo = (this.#sourceLo = this.#keyLo);
    if (source === null) return; // as it begins, whatever was asked before
    for (let at = 0; at < source.length; at += 1) {
      const unit = source.charCodeAt(at);
      hi = Math.imul(hi ^ unit, 0x85ebca77);
      lo = Math.imul(lo ^ unit, 0xc2b2ae3d);
    }
    // What ends it is no UTF-16 unit, so that "a" + "bc" is not "ab" + "c".
    this.#sourceHi = Math.imul(hi ^ 0x1_0000, 0x85ebca77);
    this.#sourceLo = Math.imul(lo ^ 0x1_0000, 0xc2b2ae3d);
  }
}
