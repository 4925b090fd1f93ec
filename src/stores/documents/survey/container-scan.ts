const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const NEWLINE = 0x0a;

/**
 * Finds where one element of a long list ends and the next begins, by brackets and quotes alone: up
 * to the first fault that is right, and whoever reads the parts finds the fault.
 */
export class ContainerScan {
  /** Commas between elements so far. */
  commas = 0;
  /** Line feeds so far. */
  lines = 0;
  /** Characters behind the last of them. */
  column = 0;
  /** The list has ended, or a string holds what none can: there is nothing more to cut. */
  isOver = false;
  #depth = 0;
  #isInString = false;
  #isEscaped = false;

  /**
   * Goes on from `from` to the first comma between elements at or behind `wanted`.
   *
   * @returns the place behind it; -1 when all bytes were passed.
   */
  next(bytes: Uint8Array, from: number, wanted: number): number {
    for (let at = from; at < bytes.length; at += 1) {
      const byte = bytes[at] ?? 0;
      this.#count(byte);
      if (this.isOver) continue;
      if (this.#isInString) this.#inString(byte);
      else if (this.#isSeparator(byte) && at >= wanted) return at + 1;
    }
    return -1;
  }

  #count(byte: number): void {
    if (byte === NEWLINE) {
      this.lines += 1;
      this.column = 0;
    } else if ((byte & 0xc0) !== 0x80) this.column += 1;
  }

  #inString(byte: number): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === BACKSLASH) this.#isEscaped = true;
    else if (byte === QUOTE) this.#isInString = false;
    if (byte < 0x20) this.isOver = true;
  }

  #isSeparator(byte: number): boolean {
    if (byte === QUOTE) this.#isInString = true;
    else if (byte === 0x5b || byte === 0x7b) this.#depth += 1;
    else if (byte === 0x5d || byte === 0x7d) {
      this.#depth -= 1;
      if (this.#depth <= 0) this.isOver = true;
    } else if (byte === COMMA && this.#depth === 1) {
      this.commas += 1;
      return true;
    }
    return false;
  }
}
