import type { World } from "../core/world.ts";
import { progressOf } from "./draft/record.ts";
import type { BuildProgress, RebuildProgress } from "./types.ts";

/** Milliseconds between two reports. */
const REPORT_MS = 250;
/** Milliseconds of the past that tell the speed. */
const WINDOW_MS = 5_000;

interface Sample {
  readonly atMs: number;
  readonly events: number;
  readonly bytes: number;
}

/** Tells how fast a build is, and how long it will take. */
export class Meter {
  readonly #projection: string;
  readonly #world: World;
  readonly #bytesTotal: number;
  readonly #bytesBefore: number;
  readonly #eventsBefore: number;
  readonly #samples: Sample[];
  readonly #startedMs: number;
  #bytes = 0;
  #reportedMs: number;

  /**
   * @param events that were read before.
   * @param bytes of the log: how many lie before its start, and how many there are.
   */
  constructor(
    projection: string,
    world: World,
    events: number,
    bytes: { readonly before: number; readonly total: number },
  ) {
    this.#projection = projection;
    this.#world = world;
    this.#eventsBefore = events;
    this.#bytesBefore = bytes.before;
    this.#bytesTotal = Math.max(bytes.total, bytes.before);
    this.#startedMs = this.#reportedMs = world.elapsed();
    this.#samples = [{ atMs: this.#startedMs, events, bytes: 0 }];
  }

  /** Counts a batch; a report where it is time for one. */
  count(progress: BuildProgress, bytes: number): RebuildProgress | null {
    this.#bytes += bytes;
    const nowMs = this.#world.elapsed();
    if (nowMs - this.#reportedMs < REPORT_MS) return null;
    this.#reportedMs = nowMs;
    return this.report(progress, nowMs);
  }

  /** Where it stands now. */
  report(progress: BuildProgress, nowMs: number = this.#world.elapsed()): RebuildProgress {
    this.#samples.push({ atMs: nowMs, events: progress.events, bytes: this.#bytes });
    while ((this.#samples[1]?.atMs ?? nowMs) < nowMs - WINDOW_MS) this.#samples.shift();
    const first = this.#samples[0] ?? { atMs: nowMs, events: 0, bytes: 0 };
    const passedMs = nowMs - first.atMs;
    const bytes = Math.min(this.#bytesBefore + this.#bytes, this.#bytesTotal);
    const bytesPerMs = (this.#bytes - first.bytes) / passedMs;
    return {
      ...progressOf(progress),
      projection: this.#projection,
      eventsPerSecond: rate(progress.events - first.events, passedMs),
      remainingMs: bytesPerMs > 0 ? Math.round((this.#bytesTotal - bytes) / bytesPerMs) : null,
      bytes,
      bytesTotal: this.#bytesTotal,
    };
  }

  /** Of the whole build so far. */
  eventsPerSecond(progress: BuildProgress): number {
    return rate(progress.events - this.#eventsBefore, this.#world.elapsed() - this.#startedMs);
  }
}

function rate(events: number, ms: number): number {
  return ms > 0 ? Math.round((events * 1000) / ms) : 0;
}
