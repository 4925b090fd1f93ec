import { createHmac } from "node:crypto";

/** Sizes in bytes. What is shorter than `single` is one chunk. */
const CUT = { single: 512 << 10, min: 256 << 10, target: 1 << 20, max: 4 << 20 } as const;

/** Before the target a cut is four times rarer, after it four times commoner (FastCDC). */
const MASK_EARLY = 0xfffffc00;
const MASK_LATE = 0xffffc000;

/** The 256 random numbers that decide where content is cut: other ones in each encrypted repository. */
function gearOf(idKey: Uint8Array | null): Int32Array {
  const key = idKey ?? Buffer.from("salvor");
  return Int32Array.from({ length: 256 }, (_, byte) =>
    createHmac("sha256", key).update(`gear ${byte}`).digest().readInt32BE(0),
  );
}

/** What cutting needs besides the stream; one stream at a time may use it. */
export interface Cutter {
  readonly gear: Int32Array;
  /** `CUT.max` bytes. */
  readonly buffer: Uint8Array;
}

/** Made once and used for ten thousand small streams: its buffer is large. */
export function makeCutter(idKey: Uint8Array | null): Cutter {
  return { gear: gearOf(idKey), buffer: new Uint8Array(CUT.max) };
}

/**
 * Cuts a stream where its content says, so that an insertion moves one cut and not all of them.
 * Yields buffers of its own, `CUT.min` to `CUT.max` bytes; only the last may be shorter.
 */
export async function* cut(
  source: AsyncIterable<Uint8Array>,
  { gear, buffer }: Cutter,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let filled = 0;
  for await (const portion of source) {
    for (let taken = 0; taken < portion.length;) {
      const count = Math.min(portion.length - taken, buffer.length - filled);
      buffer.set(portion.subarray(taken, taken + count), filled);
      taken += count;
      filled += count;
      if (filled < buffer.length) continue;
      const end = cutAt(buffer, filled, gear);
      yield buffer.slice(0, end);
      buffer.copyWithin(0, end, filled);
      filled -= end;
    }
  }
  for (let start = 0; start < filled;) {
    const rest = buffer.subarray(start, filled);
    const end = rest.length < CUT.single ? rest.length : cutAt(rest, rest.length, gear);
    yield rest.slice(0, end);
    start += end;
  }
}

/** Where the first chunk of the bytes ends. */
function cutAt(bytes: Uint8Array, length: number, gear: Int32Array): number {
  const early = Math.min(length, CUT.target);
  let hash = 0;
  let at = Math.min(length, CUT.min);
  for (; at < early; at += 1) {
    hash = ((hash << 1) + (gear[bytes[at] ?? 0] ?? 0)) | 0;
    if ((hash & MASK_EARLY) === 0) return at + 1;
  }
  for (; at < length; at += 1) {
    hash = ((hash << 1) + (gear[bytes[at] ?? 0] ?? 0)) | 0;
    if ((hash & MASK_LATE) === 0) return at + 1;
  }
  return length;
}
