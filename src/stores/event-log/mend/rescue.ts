import { HeadChecksum } from "../digest/head-checksum.ts";
import type { LineIds, LineOptions } from "../keep/line-ids.ts";

/** So many places of a line are tried. */
const TRIALS_MAX = 64;
const BRACE = 0x7b;
const END = 0x7d;

/**
 * The whole events that stand within a line that is none: a line end was lost between two, or an event
 * was written behind half of another one.
 */
export function eventsWithin(line: Buffer, ids: LineIds, options: LineOptions): readonly Buffer[] {
  const found: Buffer[] = [];
  const ends = [...placesOf(line, END)].map((at) => at + 1).slice(-TRIALS_MAX);
  let from = 0;
  let trials = 0;
  for (const start of placesOf(line, BRACE)) {
    if (start < from) continue;
    if (++trials > TRIALS_MAX) break;
    const end = ends.find(
      (each) => each > start && isEvent(line.subarray(start, each), ids, options),
    );
    if (end === undefined) continue;
    found.push(Buffer.from(line.subarray(start, end)));
    from = end;
  }
  return found;
}

function isEvent(bytes: Buffer, ids: LineIds, { checksum }: LineOptions): boolean {
  if (checksum?.over === "head") {
    const seal = new HeadChecksum(checksum.field, checksum.algorithm);
    const head = seal.headEnd(bytes, 0, bytes.length);
    if (head < 0 || !seal.holds(bytes, 0, head, bytes.length)) return false;
  }
  return "id" in ids.ofBytes(bytes);
}

function* placesOf(line: Buffer, byte: number): Generator<number> {
  for (let at = line.indexOf(byte); at >= 0; at = line.indexOf(byte, at + 1)) yield at;
}
