import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";

import { entryModule } from "../../../core/module.ts";
import { unpackTree } from "../../../receipts/tree-codec.ts";
import type { Run } from "../../../receipts/sorted-runs.ts";
import type { Tree } from "../../../receipts/types.ts";
import type { KeyRange } from "../../types.ts";
import { segmentAt } from "../place.ts";
import { inWritingOrder } from "../segments/order.ts";
import type { CapturedLog } from "./capture.ts";
import { DAMAGED, EVENTS } from "./collections.ts";
import type { Merged, MergeInput } from "./merge-job.ts";
import type { SortedPiece, SortInput } from "./sort-job.ts";

/** Blocks of one job: 32 MiB. */
const PIECE_BLOCKS = 128;

/** The lines of a captured log in the order of a receipt: sorted once, read as often as needed. */
export class SortedLog implements AsyncDisposable {
  readonly #captured: CapturedLog;
  readonly #folder: string;
  #pieces: Promise<readonly SortedPiece[]> | null = null;

  constructor(captured: CapturedLog) {
    const { scratch, world } = captured.live.context;
    this.#captured = captured;
    this.#folder = join(scratch, world.newId("log"));
  }

  /** The trees of its events and of what is none. */
  async trees(signal: AbortSignal): Promise<readonly Tree[]> {
    const trees = [];
    for (const { name } of [EVENTS, DAMAGED]) {
      const { tree } = await this.#merge(name, null, signal);
      if (tree !== null) trees.push(unpackTree(tree));
    }
    return trees;
  }

  /** The rows of one of both in a range, as a file that `done` removes. */
  async rows(
    collection: string,
    range: KeyRange,
    signal: AbortSignal,
  ): Promise<{ readonly run: Run; done(): Promise<void> }> {
    const target = join(this.#folder, this.#captured.live.context.world.newId("rows"));
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const { rows } = await this.#merge(collection, { range, target }, signal);
    const done = (): Promise<void> => remove(target);
    return { run: rows ?? { path: target, length: 0 }, done };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pieces?.catch(() => {}); // its jobs still write there
    await remove(this.#folder);
  }

  async #merge(collection: string, rows: MergeInput["rows"], signal: AbortSignal): Promise<Merged> {
    const pieces = await (this.#pieces ??= this.#sort(signal));
    signal.throwIfAborted();
    const runs = pieces.map((piece) => (collection === EVENTS.name ? piece.events : piece.damaged));
    const input: MergeInput = { collection, runs, rows };
    const { pool } = this.#captured.live.context;
    return pool.run<Merged>(entryModule("stores/event-log/keep/merge-job"), input);
  }

  async #sort(signal: AbortSignal): Promise<readonly SortedPiece[]> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const { pool } = this.#captured.live.context;
    const module = entryModule("stores/event-log/keep/sort-job");
    const jobs = this.#inputs().map((input) => {
      const piece = signal.aborted
        ? Promise.reject<SortedPiece>(signal.reason as Error)
        : pool.run<SortedPiece>(module, input);
      return piece;
    });
    const settled = await Promise.allSettled(jobs);
    signal.throwIfAborted();
    return settled.map((each) => {
      if (each.status === "rejected") throw each.reason;
      return each.value;
    });
  }

  #inputs(): readonly SortInput[] {
    const { live, surveyed } = this.#captured;
    const { envelope, checksum, lineBytesMax } = live.options;
    const options = checksum === undefined ? { envelope } : { envelope, checksum };
    const order = inWritingOrder(surveyed.segments.map(({ path }) => path));
    return surveyed.segments.flatMap((segment) => {
      const { path, size, blocks, compression } = segment;
      const isPacked = compression !== "none";
      const step = isPacked ? Math.max(1, blocks.length) : PIECE_BLOCKS;
      const count = Math.ceil(blocks.length / step);
      return Array.from({ length: count }, (_, piece) => ({
        file: segmentAt(live.place, path),
        path,
        segment: order.indexOf(path),
        size,
        blocks,
        isPacked,
        from: piece * step,
        to: Math.min(blocks.length, (piece + 1) * step),
        options,
        lineBytesMax,
        scratch: this.#folder,
        target: join(this.#folder, `${order.indexOf(path)}-${piece}`),
      }));
    });
  }
}

/** What a failing disk does not let go, goes with all of the scratch space. */
async function remove(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch(() => {});
}
