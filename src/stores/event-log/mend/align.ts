import type { Ahead, LineFact } from "./lines.ts";

/** Neighbouring lines of a source that are whole. */
export interface LineRun {
  readonly path: string;
  readonly start: number;
  /** Behind the last one, before its line end. */
  end: number;
  count: number;
  /** Nothing of its segment stands before it. */
  readonly beginsSegment: boolean;
  /** Nor behind it. */
  endsSegment: boolean;
}

/** A place between two whole lines of a log where something is damaged, or missing. */
export interface Gap {
  /** Segment of the whole line before it; null at the beginning of the log. */
  readonly after: LineFact | null;
  /** The whole line behind it; null at the end of the log. */
  readonly before: LineFact | null;
  /** Lines of the log that are no events. */
  readonly damaged: readonly LineFact[];
  /** Whole lines of the log that are other versions of what the source has here. */
  readonly altered: readonly LineFact[];
  /** What the source has here, and the log has not. */
  readonly missing: readonly LineRun[];
  /** Lines of the source that are damaged too. */
  readonly unknown: readonly LineFact[];
  /** Both neighbours stand in one segment of the source too: nothing else was ever between them. */
  readonly isClosed: boolean;
}

/** How a log and a source lie to each other. */
export interface Alignment {
  readonly gaps: readonly Gap[];
  /** Whole lines of the log that the source has. */
  readonly common: number;
  /** Whole lines of the log that the source has not. */
  readonly newer: number;
  /** The rest of the source was not found in what follows in the log: it may stand there later. */
  readonly isUncertain: boolean;
}

/** So many whole lines of the log are looked for in the source at once. */
const WINDOW = 4096;

/**
 * Lays a log beside a source of which it was once the continuation. Both are read once, in order; what
 * is held is a window of the log, and the gaps.
 */
export async function align(log: Ahead<LineFact>, source: Ahead<LineFact>): Promise<Alignment> {
  const walk = new Walk(log, source);
  return walk.run();
}

class Walk {
  readonly #log: Ahead<LineFact>;
  readonly #source: Ahead<LineFact>;
  readonly #gaps: Gap[] = [];
  /** Whole lines that may be other versions of what is missing. */
  #foreign: LineFact[] = [];
  #missingIds = new Set<string>();
  #damaged: LineFact[] = [];
  #missing: LineRun[] = [];
  #unknown: LineFact[] = [];
  #last: LineFact | null = null;
  /** Segment of the last whole line in the source; null when it was not there. */
  #anchor: string | null = "";
  #sourcePath: string | null = null;
  #common = 0;
  #newer = 0;
  #isUncertain = false;

  constructor(log: Ahead<LineFact>, source: Ahead<LineFact>) {
    this.#log = log;
    this.#source = source;
  }

  async run(): Promise<Alignment> {
    for (;;) {
      const here = await this.#log.peek();
      if (here === null) break;
      if (here.fault !== null) {
        this.#damaged.push(here);
        this.#log.skip();
        continue;
      }
      const there = await this.#wholeOfSource();
      if (there !== null && there.hash !== here.hash) await this.#findAgain();
      const found = await this.#wholeOfSource();
      this.#pass(here, found?.hash === here.hash ? found : null);
    }
    while ((await this.#wholeOfSource()) !== null) await this.#miss();
    this.#close(null, null);
    return {
      gaps: this.#gaps,
      common: this.#common,
      newer: this.#newer,
      isUncertain: this.#isUncertain,
    };
  }

  /** What the source has next, damaged lines passed over. */
  async #wholeOfSource(): Promise<LineFact | null> {
    for (;;) {
      const there = await this.#source.peek();
      if (there === null || there.fault === null) return there;
      this.#unknown.push(there);
      this.#sourcePath = there.path;
      this.#source.skip();
    }
  }

  /** Passes over what is missing in the log, up to a line that stands a little further on in it. */
  async #findAgain(): Promise<void> {
    const window = new Set<string>();
    let isOver = false;
    for (let ahead = 0; window.size < WINDOW && !isOver; ahead++) {
      const line = await this.#log.peek(ahead);
      if (line === null) isOver = true;
      else if (line.fault === null) window.add(line.hash);
    }
    for (;;) {
      const there = await this.#wholeOfSource();
      if (there === null) {
        this.#isUncertain = true;
        return;
      }
      if (window.has(there.hash)) return;
      await this.#miss();
    }
  }

  async #miss(): Promise<void> {
    const line = await this.#source.peek();
    if (line === null) return;
    if (line.id !== null && this.#missingIds.size < WINDOW) this.#missingIds.add(line.id);
    const run = this.#missing.at(-1);
    if (run !== undefined && run.path === line.path && run.end + 1 >= line.start) {
      run.end = line.end;
      run.count += line.count;
    } else {
      const beginsSegment = this.#sourcePath !== line.path;
      const { path, start, end, count } = line;
      this.#missing.push({ path, start, end, count, beginsSegment, endsSegment: false });
    }
    this.#sourcePath = line.path;
    this.#source.skip();
    const next = await this.#source.peek();
    const last = this.#missing.at(-1);
    if (last !== undefined) last.endsSegment = next?.path !== line.path;
  }

  #pass(here: LineFact, same: LineFact | null): void {
    this.#log.skip();
    if (same === null) {
      this.#newer += here.count;
      const isDoubtful = here.id !== null && this.#missing.length > 0;
      if (isDoubtful && this.#foreign.length < WINDOW) {
        this.#foreign.push(here);
        return;
      }
    }
    this.#close(here, same);
    this.#last = here;
    this.#anchor = same?.path ?? null;
    if (same === null) return;
    this.#common += here.count;
    this.#sourcePath = same.path;
    this.#source.skip();
  }

  #close(before: LineFact | null, same: LineFact | null): void {
    const [damaged, missing, unknown] = [this.#damaged, this.#missing, this.#unknown];
    const altered = this.#foreign.filter(({ id }) => id !== null && this.#missingIds.has(id));
    this.#unknown = [];
    this.#foreign = [];
    this.#missingIds = new Set();
    if (damaged.length === 0 && missing.length === 0) return;
    const isClosed = this.#isClosed(before, same);
    this.#gaps.push({ after: this.#last, before, damaged, altered, missing, unknown, isClosed });
    this.#damaged = [];
    this.#missing = [];
  }

  /** Segments grow beside each other: between two of them there may be what the source has not. */
  #isClosed(before: LineFact | null, same: LineFact | null): boolean {
    if (same === null || this.#anchor === null) return false;
    if (this.#last === null) return true;
    return this.#anchor === same.path && this.#last.path === before?.path;
  }
}
