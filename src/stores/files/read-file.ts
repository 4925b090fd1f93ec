import { createHash } from "node:crypto";
import { closeSync, constants, openSync, readSync } from "node:fs";

import { sha256Hex } from "../../core/hash.ts";
import type { Found } from "./found.ts";
import { placeOf } from "./raw-path.ts";

/** Files up to this size are copied at once; larger ones are read again when they are stored. */
export const SMALL_BYTES = 1 << 20;

/** What one reading of a file has given. */
export interface FileReading {
  /** Bytes that were read: fewer than its size when it shrank meanwhile. */
  readonly size: number;
  readonly sha256: string;
}

const buffer = Buffer.allocUnsafeSlow(SMALL_BYTES);

/**
 * Reads as many bytes of a file as it had when it was found. A link in its place is not followed,
 * and a pipe in its place not waited for.
 *
 * @param take gets the bytes, which are overwritten after each call.
 */
export function readFound(
  root: string,
  found: Found,
  take: ((bytes: Uint8Array) => void) | null,
): FileReading {
  const file = openToRead(placeOf(root, found.path));
  try {
    if (found.size > SMALL_BYTES) return readLarge(file, found.size, take);
    const bytes = buffer.subarray(0, fill(file, buffer, found.size));
    take?.(bytes);
    return { size: bytes.length, sha256: sha256Hex(bytes) };
  } finally {
    closeSync(file);
  }
}

/** Opens what was a file a moment ago. */
export function openToRead(place: string | Buffer): number {
  return openSync(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
}

/** Reads as many bytes of an open file as it had, in portions that `take` gets. */
function readLarge(
  file: number,
  size: number,
  take: ((bytes: Uint8Array) => void) | null,
): FileReading {
  const reading = new LargeReading(file, size, take);
  while (reading.next());
  return reading.finish();
}

/** The reading of an open file, portion by portion. */
export class LargeReading {
  readonly #file: number;
  readonly #size: number;
  readonly #take: ((bytes: Uint8Array) => void) | null;
  readonly #hash = createHash("sha256");
  #done = 0;

  /** @param take gets the bytes, which are overwritten after each call. */
  constructor(file: number, size: number, take: ((bytes: Uint8Array) => void) | null) {
    this.#file = file;
    this.#size = size;
    this.#take = take;
  }

  /** Reads the next portion; false when there is none. */
  next(): boolean {
    const wanted = Math.min(this.#size - this.#done, SMALL_BYTES);
    const bytes = buffer.subarray(0, fill(this.#file, buffer, wanted));
    if (bytes.length === 0) return false;
    this.#hash.update(bytes);
    this.#take?.(bytes);
    this.#done += bytes.length;
    return true;
  }

  finish(): FileReading {
    return { size: this.#done, sha256: this.#hash.digest("hex") };
  }
}

/** Reads so many bytes from where a file stands into a buffer, or as many as there are. */
export function fill(file: number, into: Uint8Array, length: number): number {
  let filled = 0;
  while (filled < length) {
    const count = readSync(file, into, filled, length - filled, null);
    if (count === 0) break;
    filled += count;
  }
  return filled;
}
