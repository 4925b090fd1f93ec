import { hash } from "node:crypto";

import type { EventLogOptions } from "../options.ts";
import { segmentAt, type LogPlace } from "../place.ts";
import { LineThread } from "../read/line-thread.ts";
import type { LineBlock } from "../read/line-block.ts";
import { inWritingOrder } from "../segments/order.ts";
import { LineIds, type LineTrouble } from "../keep/line-ids.ts";
import { listSegments } from "../keep/list-segments.ts";
import type { SameRange } from "./same-ranges.ts";

/** One line of a log, and where it stands. */
export interface LineFact {
  /** Path of its segment. */
  readonly path: string;
  /** Bytes of the segment before it, uncompressed. */
  readonly start: number;
  /** Bytes of blank lines directly before it. */
  readonly blank: number;
  /** Where it ends, before its line end. */
  readonly end: number;
  /** From 1. */
  readonly line: number;
  /** More than 1 where neighbours are told as one. */
  readonly count: number;
  /** Tells its bytes from all others. */
  readonly hash: string;
  /** Why it is no event; null when it is one, or lacks an id only. */
  readonly fault: Exclude<LineTrouble, "nameless"> | null;
  /** Where only that tells it from an altered one: its id. */
  readonly id: string | null;
}

/** A segment whose compressed bytes end before they should, or are not those that were packed. */
export interface BrokenSegment {
  readonly path: string;
  /** Tells its first whole line from all others; null: not one can be read. */
  readonly first: string | null;
  /** Of the first line that cannot be read, from 1. */
  readonly line: number;
  /** Where that begins, uncompressed. */
  readonly offset: number;
  /** What unpacking has met. */
  readonly trouble: string;
}

/** What tells the bytes of a line from all others. */
export function hashOf(bytes: Uint8Array): string {
  return hash("sha256", bytes, "base64");
}

/** The lines of a log in the order of writing; blank ones are left out. */
export class LogLines {
  readonly paths: readonly string[];
  /** Among those that were read, by path. */
  readonly broken = new Map<string, BrokenSegment>();
  /** The first whole line of each that was read, by path. */
  readonly firsts = new Map<string, string>();
  readonly #place: LogPlace;
  readonly #options: EventLogOptions;
  readonly #ids: LineIds;

  constructor(place: LogPlace, options: EventLogOptions) {
    this.#place = place;
    this.#options = options;
    this.#ids = new LineIds(options);
    this.paths = inWritingOrder(listSegments(place).map(({ path }) => path));
  }

  /** @param same by path: what another log has at the same places, told as one. */
  async *all(
    signal: AbortSignal,
    same: ReadonlyMap<string, readonly SameRange[]> = new Map(),
  ): AsyncGenerator<LineFact> {
    for (const path of this.paths) yield* this.of(path, signal, same.get(path));
  }

  /** The lines of one segment. Behind compressed bytes that are damaged there is nothing. */
  async *of(
    path: string,
    signal: AbortSignal,
    same: readonly SameRange[] = [],
  ): AsyncGenerator<LineFact> {
    await using thread = new LineThread();
    let [at, lines] = [0, 0];
    for (const range of [...same, null]) {
      const to = range?.start ?? null;
      if (to === null || to > at)
        lines += yield* this.#piece({ path, thread, at, to, lines }, signal);
      if (range === null) return;
      yield rangeFact(path, range, lines);
      at = range.end;
      lines += range.lines;
    }
  }

  /** @returns how many lines there are, blank ones too. */
  async *#piece(
    { path, thread, at, to, lines: before }: Piece,
    signal: AbortSignal,
  ): AsyncGenerator<LineFact, number> {
    const { checksum, lineBytesMax } = this.#options;
    const request = {
      path: segmentAt(this.#place, path),
      from: at,
      to,
      lineBytesMax,
      checksum: checksum?.over === "head" ? checksum : null,
      members: null,
      links: null,
    };
    const blocks = thread.blocks(request, signal);
    let [lines, blank, offset] = [0, 0, at];
    for (;;) {
      const next = await blocks.next();
      if (next.done === true) {
        const first = this.firsts.get(path) ?? null;
        const place = { path, first, line: before + lines + 1, offset };
        if (next.value !== null) this.broken.set(path, { ...place, trouble: next.value });
        return lines;
      }
      blank = yield* this.#facts(path, next.value, before + lines, blank);
      lines += next.value.count;
      offset = endOf(next.value);
    }
  }

  /** @returns bytes of blank lines at the end. */
  *#facts(
    path: string,
    block: LineBlock,
    before: number,
    blankBefore: number,
  ): Generator<LineFact, number> {
    let blank = blankBefore;
    const bytes = Buffer.from(block.buffer);
    const text = bytes.toString("latin1", 0, block.ends[block.count - 1] ?? 0);
    const hasSum = this.#options.checksum !== undefined;
    for (let line = 0, start = 0; line < block.count; line++) {
      const end = block.ends[line] ?? 0;
      if (end === start) blank += 1;
      else {
        const found = this.#ids.of(block, line, text);
        const fault = "fault" in found && found.fault !== "nameless" ? found.fault : null;
        const own = hashOf(bytes.subarray(start, end));
        if (fault === null && !this.firsts.has(path)) this.firsts.set(path, own);
        yield {
          path,
          start: block.offset + start,
          blank,
          end: block.offset + end + block.skipped,
          line: before + line + 1,
          count: 1,
          hash: own,
          fault,
          id: hasSum ? null : "id" in found ? found.id : null,
        };
        blank = 0;
      }
      start = end + 1;
    }
    return blank;
  }
}

/** Behind the line end of its last line. */
function endOf({ offset, skipped, ends, count }: LineBlock): number {
  return offset + skipped + (ends[count - 1] ?? -1) + 1;
}

interface Piece {
  readonly path: string;
  readonly thread: LineThread;
  readonly at: number;
  readonly to: number | null;
  /** Before it. */
  readonly lines: number;
}

/** Lines that two logs have at one place: what they are is the same in both. */
function rangeFact(path: string, { start, end, lines }: SameRange, before: number): LineFact {
  const place = { path, start, blank: 0, end: end - 1, line: before + 1, count: lines };
  return { ...place, hash: `${path} ${start} ${end}`, fault: null, id: null };
}

/** An iterator that can be looked ahead of. */
export class Ahead<T> {
  readonly #source: AsyncIterator<T>;
  readonly #held: T[] = [];
  #isOver = false;

  constructor(source: AsyncIterable<T>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** The one that many places ahead; null behind the end. */
  async peek(ahead = 0): Promise<T | null> {
    while (this.#held.length <= ahead && !this.#isOver) {
      const next = await this.#source.next();
      if (next.done === true) this.#isOver = true;
      else this.#held.push(next.value);
    }
    return this.#held[ahead] ?? null;
  }

  /** Moves on by one. */
  skip(): void {
    this.#held.shift();
  }
}
