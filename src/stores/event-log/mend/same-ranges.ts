import { open, type FileHandle } from "node:fs/promises";

import { segmentAt, type LogPlace } from "../place.ts";
import { compressionOf } from "../segments/bytes.ts";

/** Bytes that two segments of one name both have at one place: whole lines. */
export interface SameRange {
  readonly start: number;
  /** Behind the last line end. */
  readonly end: number;
  /** How many lines these are, blank ones too. */
  readonly lines: number;
}

const PORTION_BYTES = 1 << 20;
/** Shorter ones are not worth it. */
const RANGE_BYTES_MIN = 1 << 12;
const LINE_END = 10;

/**
 * Where two segments are the same, so that only the rest of their lines must be looked at. None where
 * one of them is compressed, or is not there.
 */
export async function sameRanges(
  log: LogPlace,
  source: LogPlace,
  path: string,
): Promise<readonly SameRange[]> {
  const opened = [segmentAt(log, path), segmentAt(source, path)].map((each) => open(each, "r"));
  const files = (await Promise.allSettled(opened)).flatMap((each) =>
    each.status === "fulfilled" ? [each.value] : [],
  );
  try {
    const [left, right] = files;
    if (left === undefined || right === undefined) return [];
    if (!(await isPlain(left)) || !(await isPlain(right))) return [];
    return await compare(left, right);
  } finally {
    for (const file of files) await file.close();
  }
}

async function isPlain(file: FileHandle): Promise<boolean> {
  const head = Buffer.alloc(4);
  await file.read(head, 0, head.length, 0);
  return compressionOf(head) === "none";
}

async function compare(left: FileHandle, right: FileHandle): Promise<readonly SameRange[]> {
  const ranges = new Ranges();
  const [one, other] = [Buffer.allocUnsafe(PORTION_BYTES), Buffer.allocUnsafe(PORTION_BYTES)];
  for (let at = 0; ; at += PORTION_BYTES) {
    const lengths = [await fill(left, one, at), await fill(right, other, at)];
    const length = Math.min(...lengths);
    const isSame = one.compare(other, 0, length, 0, length) === 0;
    const same = isSame ? length : firstDifference(one, other, length);
    ranges.take(one.subarray(0, same), at);
    if (!isSame || length < PORTION_BYTES) ranges.end();
    if (length < PORTION_BYTES) return ranges.list;
  }
}

async function fill(file: FileHandle, into: Buffer, position: number): Promise<number> {
  for (let done = 0; ;) {
    const { bytesRead } = await file.read(into, done, into.length - done, position + done);
    done += bytesRead;
    if (bytesRead === 0 || done === into.length) return done;
  }
}

function firstDifference(one: Buffer, other: Buffer, length: number): number {
  let at = 0;
  while (at < length && one[at] === other[at]) at += 1;
  return at;
}

/** Joins equal bytes to ranges that begin and end with whole lines. */
class Ranges {
  readonly list: SameRange[] = [];
  /** Where the first whole line of the equal bytes begins; null as long as none has. */
  #start: number | null = 0;
  #end = 0;
  #lines = 0;

  take(bytes: Buffer, offset: number): void {
    let at = 0;
    if (this.#start === null) {
      at = bytes.indexOf(LINE_END) + 1;
      if (at === 0) return;
      this.#start = offset + at;
      this.#end = offset + at;
    }
    for (let end = bytes.indexOf(LINE_END, at); end >= 0; end = bytes.indexOf(LINE_END, end + 1)) {
      this.#end = offset + end + 1;
      this.#lines += 1;
    }
  }

  /** Something differs: what is behind it begins within a line. */
  end(): void {
    if (this.#start !== null && this.#end - this.#start >= RANGE_BYTES_MIN)
      this.list.push({ start: this.#start, end: this.#end, lines: this.#lines });
    this.#start = null;
    this.#lines = 0;
  }
}
