import { openSegment, type Compression } from "./bytes.ts";

const LINE_FEED = 0x0a;
const WINDOW_BYTES = 1 << 16;

/** A segment as far as it is looked at here. */
export interface TailSource {
  readonly path: string;
  readonly compression: Compression;
}

/** The end of a segment, or of a piece of it. */
export interface Tail {
  /** The last line, without its line feed; null when it is longer than asked for. */
  readonly line: Buffer | null;
  /** Where that line begins. */
  readonly offset: number;
  /** It has its line feed. */
  readonly isEnded: boolean;
}

/** The last line before a place of a segment; null when the segment is shorter. */
export async function lineBefore(
  { path }: TailSource,
  end: number,
  lineBytesMax: number,
): Promise<Tail | null> {
  for (let window = WINDOW_BYTES; ; window *= 4) {
    const from = Math.max(0, end - window);
    const bytes = await readPiece(path, from, end);
    if (bytes === null) return null;
    const isEnded = bytes[bytes.length - 1] === LINE_FEED;
    const last = isEnded ? bytes.length - 1 : bytes.length;
    const feed = last === 0 ? -1 : bytes.lastIndexOf(LINE_FEED, last - 1);
    if (feed >= 0 || from === 0)
      return { line: bytes.subarray(feed + 1, last), offset: from + feed + 1, isEnded };
    if (window > lineBytesMax) return { line: null, offset: from, isEnded };
  }
}

/** Null when there are fewer bytes. */
async function readPiece(path: string, from: number, to: number): Promise<Buffer | null> {
  await using bytes = await openSegment(path, from);
  const buffer = Buffer.alloc(to - from);
  return (await bytes.read(buffer, 0)) === buffer.length ? buffer : null;
}

/** The line that begins at a place, without its line feed; null when it is not there. */
export async function lineFrom(
  path: string,
  offset: number,
  lineBytesMax: number,
): Promise<Buffer | null> {
  await using bytes = await openSegment(path, offset);
  let buffer = Buffer.alloc(4096);
  for (let end = 0; ;) {
    const length = await bytes.read(buffer, end);
    end += length;
    const feed = buffer.subarray(0, end).indexOf(LINE_FEED);
    if (feed >= 0) return buffer.subarray(0, feed);
    if (end < buffer.length) return end === 0 ? null : buffer.subarray(0, end);
    if (end > lineBytesMax) return null;
    const larger = Buffer.alloc(2 * buffer.length);
    larger.set(buffer);
    buffer = larger;
  }
}

/** How much of a segment there is, uncompressed. */
export interface Extent {
  readonly size: number;
  /** Why there is nothing more, where that is not the end. */
  readonly trouble: string | null;
}

/** Bytes of a segment, uncompressed: those of a compressed one are counted by reading it. */
export async function unpackedExtent(
  source: TailSource & { readonly size: number },
): Promise<Extent> {
  if (source.compression === "none") return { size: source.size, trouble: null };
  await using bytes = await openSegment(source.path);
  const buffer = Buffer.alloc(1 << 20);
  let size = 0;
  for (;;) {
    const length = await bytes.read(buffer, 0);
    size += length;
    if (length < buffer.length) return { size, trouble: bytes.trouble };
  }
}
