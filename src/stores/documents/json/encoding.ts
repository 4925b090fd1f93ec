/** What the first bytes of a file say about how its text is written. */
export interface Encoding {
  readonly name: "utf-8" | "utf-16le" | "utf-16be" | "utf-32";
  /** Bytes of its byte order mark; 0 when there is none. */
  readonly bom: number;
}

/**
 * Tells the encoding from a byte order mark, or from where the zeros are: JSON begins with ASCII,
 * so that its first two characters give it away.
 */
export function encodingOf(bytes: Uint8Array): Encoding {
  const { 0: a = 1, 1: b = 1, 2: c = 1, 3: d = 1 } = bytes; // no iterator: it is asked so often
  if (a === 0xef && b === 0xbb && c === 0xbf) return { name: "utf-8", bom: 3 };
  if (a === 0xff && b === 0xfe) return { name: c === 0 && d === 0 ? "utf-32" : "utf-16le", bom: 2 };
  if (a === 0xfe && b === 0xff) return { name: "utf-16be", bom: 2 };
  if (bytes.length < 4 || (a !== 0 && b !== 0)) return { name: "utf-8", bom: 0 };
  if ((a === 0 && b === 0 && d !== 0) || (a !== 0 && b === 0 && c === 0 && d === 0)) {
    return isMostly32(bytes) ? { name: "utf-32", bom: 0 } : { name: "utf-8", bom: 0 };
  }
  if (a === 0 && b !== 0 && c === 0 && d !== 0) return { name: "utf-16be", bom: 0 };
  if (a !== 0 && b === 0 && c !== 0 && d === 0) return { name: "utf-16le", bom: 0 };
  return { name: "utf-8", bom: 0 };
}

/** Zeros alone do not make UTF-32: a damaged file has them too. */
function isMostly32(bytes: Uint8Array): boolean {
  const zeros = bytes.subarray(0, 64).filter((byte) => byte === 0).length;
  return bytes.length % 4 === 0 && zeros >= Math.min(64, bytes.length) / 2;
}
