import { crc32 } from "node:zlib";

import { sha256Hex } from "../../../core/hash.ts";
import type { Algorithm } from "../options.ts";
import { crc32c } from "./crc32c.ts";
import { DIGITS } from "./digest.ts";

const QUOTE = 0x22;
const BRACE = 0x7d;
const RETURN = 0x0d;

/** Where a line's head ends, by what stands between head and digits: as small as can be, or spaced. */
interface Form {
  readonly before: Buffer;
}

/**
 * Checks lines that end with a checksum of what stands before it: `,"<field>":"<digits>"}`, or with
 * one space after comma and colon. Not one byte of that may be otherwise, so that there is no bit in
 * a line that could flip unseen.
 */
export class HeadChecksum {
  readonly #algorithm: Algorithm;
  readonly #digits: number;
  readonly #forms: readonly Form[];

  constructor(field: string, algorithm: Algorithm) {
    const name = JSON.stringify(field);
    this.#algorithm = algorithm;
    this.#digits = DIGITS[algorithm];
    this.#forms = [`,${name}:"`, `, ${name}: "`].map((text) => ({ before: Buffer.from(text) }));
  }

  /** Where the head ends, or -1 when the line does not end as it must. */
  headEnd(bytes: Buffer, start: number, end: number): number {
    const last = end > start && bytes[end - 1] === RETURN ? end - 1 : end;
    if (bytes[last - 1] !== BRACE || bytes[last - 2] !== QUOTE) return -1;
    const digits = last - 2 - this.#digits;
    for (const { before } of this.#forms) {
      const head = digits - before.length;
      if (head > start && isAt(bytes, before, head)) return head;
    }
    return -1;
  }

  /** True when a line whose head ends there carries the checksum of it. */
  holds(bytes: Buffer, start: number, head: number, end: number): boolean {
    const last = bytes[end - 1] === RETURN ? end - 3 : end - 2;
    const digits = last - this.#digits;
    const covered = bytes.subarray(start, head);
    if (this.#algorithm === "sha256")
      return bytes.toString("latin1", digits, last) === sha256Hex(covered);
    const sum = this.#algorithm === "crc32" ? crc32(covered) : crc32c(covered);
    return hexNumber(bytes, digits) === sum;
  }
}

function isAt(bytes: Buffer, piece: Buffer, at: number): boolean {
  for (let index = 0; index < piece.length; index++)
    if (bytes[at + index] !== piece[index]) return false;
  return true;
}

/** Eight lower-case hex digits as a number; -1 for anything else. */
function hexNumber(bytes: Buffer, at: number): number {
  let value = 0;
  for (let index = at; index < at + 8; index++) {
    const byte = bytes[index] as number;
    const digit =
      byte >= 0x30 && byte <= 0x39 ? byte - 0x30 : byte >= 0x61 && byte <= 0x66 ? byte - 0x57 : -1;
    if (digit < 0) return -1;
    value = (value << 4) | digit;
  }
  return value >>> 0;
}
