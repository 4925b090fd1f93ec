import type { EventBound, EventPosition } from "../../events.ts";
import { identify, identifySegments, type Segment } from "./identify.ts";
import { segmentsOf } from "./list.ts";
import { logChanged, segmentMissing } from "./trouble.ts";

/** The segments of a log of files, found again whatever they are called by now. */
export class LogSegments {
  readonly #path: string;
  readonly #lineBytesMax: number;
  #known: readonly Segment[] = [];

  constructor(path: string, lineBytesMax: number) {
    this.#path = path;
    this.#lineBytesMax = lineBytesMax;
  }

  /**
   * Oldest first.
   *
   * @throws {SalvorError} STORE_MISSING when there is no file at all: the log is away, and may come
   *   back.
   */
  async list(): Promise<readonly Segment[]> {
    const segments = await identifySegments(this.#path, this.#lineBytesMax, this.#known);
    this.#known = segments;
    if (segments.length === 0 && segmentsOf(this.#path).length === 0)
      throw segmentMissing(this.#path);
    return segments;
  }

  /** Those from a place on, up to the one where a bound lies. */
  async between(after: EventPosition | null, { end }: EventBound): Promise<readonly Segment[]> {
    const segments = await this.list();
    const from = after === null ? 0 : indexOf(segments, after);
    const to = end === null ? -1 : indexOf(segments, end);
    if (after !== null && from < 0)
      throw logChanged(`no segment of ${this.#path} begins as ${after.file} did`);
    if (to < 0) throw logChanged(`the last segment of ${this.#path} is gone, ${end?.file}`);
    return segments.slice(from, to + 1);
  }

  /** Where a segment is now: it may have been renamed or compressed since it was listed. */
  async located(segment: Segment): Promise<Segment> {
    const same = await identify(segment, this.#lineBytesMax);
    if (same?.id === segment.id) return same;
    this.#known = [];
    const found = (await this.list()).find(({ id }) => id === segment.id);
    if (found === undefined) throw logChanged(`${segment.path} is gone since reading began`);
    return found;
  }
}

/** Of several that begin with the same line, the one of that name. */
function indexOf(
  segments: readonly Segment[],
  { segment, file }: { readonly segment: string; readonly file: string },
): number {
  const named = segments.findIndex((each) => each.id === segment && each.file === file);
  return named >= 0 ? named : segments.findLastIndex(({ id }) => id === segment);
}
