import { twoBytes } from "./big-endian.ts";

/** What disks write as a whole, or not at all. */
export const SECTOR_BYTES = 512;
/** Different byte values in 512 bytes: noise has about 221, text and records far fewer. */
const NOISE_MIN = 195;
const CALM_MAX = 170;

/** The first part of a page that was not written with the rest. */
export interface Tear {
  readonly byte: number;
  readonly isZero: boolean;
}

/** Looks for sectors of a b-tree page that are zero, or noise, while others hold what they should. */
export function tearOf(
  bytes: Uint8Array,
  base: number,
  { pageSize, isFirst }: { readonly pageSize: number; readonly isFirst: boolean },
): Tear | null {
  const content = twoBytes(bytes, base + (isFirst ? 105 : 5)) || pageSize;
  const sectors = Array.from({ length: pageSize / SECTOR_BYTES }, (_, at) => at * SECTOR_BYTES);
  if (sectors.length < 2) return null;
  const zero = sectors.find((at) => at >= content && isAllZero(bytes, base + at, base + at + 512));
  if (zero !== undefined) return { byte: zero, isZero: true };
  // Numbers side by side look like noise too: it must be the exception among what cells fill.
  const filled = sectors.filter((at) => at + SECTOR_BYTES > content || content >= pageSize);
  const noisy = filled.filter((at) => differentBytes(bytes, base + at) >= NOISE_MIN);
  const calm = filled.filter((at) => differentBytes(bytes, base + at) <= CALM_MAX);
  const [first] = noisy;
  if (first === undefined || noisy.length > calm.length) return null;
  return { byte: first, isZero: false };
}

/** Are all bytes of a range zero? */
export function isAllZero(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] !== 0) return false;
  return true;
}

/** Marks of the byte values that were met; true of one sector only. */
const met = new Uint32Array(256);
let sector = 0;

function differentBytes(bytes: Uint8Array, start: number): number {
  sector = (sector + 1) >>> 0;
  let different = 0;
  for (let at = start; at < start + SECTOR_BYTES; at++) {
    const value = bytes[at] as number;
    if (met[value] === sector) continue;
    met[value] = sector;
    different++;
  }
  return different;
}
