import { isAscii, isUtf8 } from "node:buffer";

import { hexDigest } from "../digest/digest.ts";
import { HeadChecksum } from "../digest/head-checksum.ts";
import { openSegment, type SegmentBytes } from "../segments/bytes.ts";
import { FormFinder } from "./form-finder.ts";
import { VERDICT, type LineBlock, type LinesRequest, type LinkOptions } from "./line-block.ts";

const LINE_FEED = 0x0a;

/** Gives empty buffers; waits while all of them are with whoever takes the blocks. */
export type TakeBuffer = () => Promise<ArrayBuffer>;

/**
 * Cuts a piece of a segment into blocks of whole lines, and checks what bytes can tell of each.
 *
 * @returns why it ends before the segment does: compressed bytes that are damaged; else null.
 */
export async function cutLines(
  request: LinesRequest,
  take: TakeBuffer,
  give: (block: LineBlock) => void,
): Promise<string | null> {
  await using bytes = await openSegment(request.path, request.from);
  const judge = new LineJudge(request);
  const source = new BoundedBytes(bytes, request);
  let rest = new Uint8Array(0);
  let offset = request.from;
  while (!source.isOver || rest.length > 0) {
    const { buffer, end } = await fill(source, rest, await take(), request.lineBytesMax);
    if (end === 0) break;
    const cut = source.isOver ? end : buffer.lastIndexOf(LINE_FEED, end - 1) + 1;
    if (cut === 0) {
      const skipped = await skipLine(source, end);
      rest = skipped.rest;
      give(judge.tooLong(buffer, offset, end, skipped));
      offset += end + skipped.count + (skipped.isEnded ? 1 : 0);
      continue;
    }
    rest = Uint8Array.from(buffer.subarray(cut, end));
    give(judge.block(buffer, offset, cut));
    offset += cut;
  }
  return bytes.trouble;
}

/** A segment's bytes up to where it is to be read. */
class BoundedBytes {
  readonly #bytes: SegmentBytes;
  #left: number;
  isOver = false;

  constructor(bytes: SegmentBytes, { from, to }: LinesRequest) {
    this.#bytes = bytes;
    this.#left = to === null ? Infinity : to - from;
  }

  async read(into: Uint8Array, start: number): Promise<number> {
    const end = Math.min(into.length, start + this.#left);
    const length = await this.#bytes.read(into.subarray(0, end), start);
    this.#left -= length;
    this.isOver = length < into.length - start;
    return length;
  }
}

/** Fills a buffer behind what is left of the one before; a larger one while it holds no whole line. */
async function fill(
  source: BoundedBytes,
  rest: Uint8Array,
  given: ArrayBuffer,
  lineBytesMax: number,
): Promise<{ readonly buffer: Buffer; readonly end: number }> {
  const enough = Math.max(given.byteLength, 2 * rest.length);
  let buffer = Buffer.from(enough > given.byteLength ? new ArrayBuffer(enough) : given);
  buffer.set(rest);
  let end = rest.length;
  for (;;) {
    end += await source.read(buffer, end);
    const isCut = source.isOver || buffer.lastIndexOf(LINE_FEED, end - 1) >= 0;
    if (isCut || end > lineBytesMax) return { buffer, end };
    const larger = Buffer.from(new ArrayBuffer(2 * buffer.length));
    larger.set(buffer.subarray(0, end));
    buffer = larger;
  }
}

interface Skipped {
  readonly count: number;
  readonly isEnded: boolean;
  readonly rest: Uint8Array<ArrayBuffer>;
}

/** Passes over what is left of a line that is too long. */
async function skipLine(source: BoundedBytes, held: number): Promise<Skipped> {
  const buffer = Buffer.alloc(Math.min(held, 1 << 20));
  let count = 0;
  while (!source.isOver) {
    const length = await source.read(buffer, 0);
    const at = buffer.subarray(0, length).indexOf(LINE_FEED);
    if (at >= 0)
      return {
        count: count + at,
        isEnded: true,
        rest: new Uint8Array(buffer.subarray(at + 1, length)),
      };
    count += length;
  }
  return { count, isEnded: false, rest: new Uint8Array(0) };
}

/** Made anew each time: it goes from thread to thread with its block. */
function noForms(): ReturnType<FormFinder["take"]> {
  return { holes: new Uint32Array(0), forms: [] };
}

/** Finds the lines of a block and what bytes can tell of them. */
class LineJudge {
  readonly #head: HeadChecksum | null;
  readonly #links: LinkOptions | null;
  readonly #lineBytesMax: number;
  readonly #finder: FormFinder | null;
  #ends = new Uint32Array(1 << 12);

  constructor({ checksum, links, lineBytesMax, members }: LinesRequest) {
    this.#finder = members === null ? null : new FormFinder(members);
    this.#head = checksum === null ? null : new HeadChecksum(checksum.field, checksum.algorithm);
    this.#links = links;
    this.#lineBytesMax = lineBytesMax;
  }

  block(buffer: Buffer, offset: number, length: number): LineBlock {
    const bytes = buffer.subarray(0, length);
    const count = this.#findEnds(bytes);
    const ends = this.#ends.slice(0, count);
    const ascii = isAscii(bytes);
    const utf8 = ascii || isUtf8(bytes);
    const verdicts = new Uint8Array(count);
    const forms = new Uint8Array(count);
    const links: string[] | null = this.#links === null ? null : [];
    for (let line = 0, start = 0; line < count; line++) {
      const end = ends[line] as number;
      const verdict = this.#verdict(bytes, start, end, utf8);
      verdicts[line] = verdict;
      if (verdict === VERDICT.whole && this.#finder !== null)
        forms[line] = this.#finder.find(bytes, start, end);
      links?.push(this.#link(bytes, start, end));
      start = end + 1;
    }
    const { holes, forms: learned } = this.#finder?.take() ?? noForms();
    return {
      buffer: buffer.buffer as ArrayBuffer,
      offset,
      count,
      ends,
      verdicts,
      isAscii: ascii,
      forms,
      holes,
      learned,
      isEnded: bytes[length - 1] === LINE_FEED,
      skipped: 0,
      links: links?.join("") ?? null,
    };
  }

  tooLong(buffer: Buffer, offset: number, end: number, { count, isEnded }: Skipped): LineBlock {
    return {
      buffer: buffer.buffer as ArrayBuffer,
      offset,
      count: 1,
      ends: Uint32Array.of(end),
      verdicts: Uint8Array.of(VERDICT.tooLong),
      isAscii: false,
      forms: Uint8Array.of(0),
      holes: new Uint32Array(0),
      learned: [],
      isEnded,
      skipped: count,
      links: this.#links === null ? null : "",
    };
  }

  #findEnds(bytes: Buffer): number {
    let count = 0;
    for (let at = 0; at < bytes.length;) {
      const found = bytes.indexOf(LINE_FEED, at);
      const end = found < 0 ? bytes.length : found;
      if (count === this.#ends.length) {
        const larger = new Uint32Array(2 * count);
        larger.set(this.#ends);
        this.#ends = larger;
      }
      this.#ends[count++] = end;
      at = end + 1;
    }
    return count;
  }

  #verdict(bytes: Buffer, start: number, end: number, utf8: boolean): number {
    if (end - start > this.#lineBytesMax) return VERDICT.tooLong;
    if (!utf8 && !isUtf8(bytes.subarray(start, end))) return VERDICT.notUtf8;
    if (this.#head === null || end === start) return VERDICT.whole;
    const head = this.#head.headEnd(bytes, start, end);
    if (head < 0) return VERDICT.unsealed;
    return this.#head.holds(bytes, start, head, end) ? VERDICT.whole : VERDICT.altered;
  }

  /** Of a line without a head the whole of it: it is damaged, and nothing links to it. */
  #link(bytes: Buffer, start: number, end: number): string {
    const { algorithm, over } = this.#links ?? { algorithm: "sha256", over: "line" };
    const head = over === "head" ? (this.#head?.headEnd(bytes, start, end) ?? -1) : -1;
    const last = bytes[end - 1] === 0x0d ? end - 1 : end;
    return hexDigest(algorithm, bytes.subarray(start, head < 0 ? Math.max(start, last) : head));
  }
}
