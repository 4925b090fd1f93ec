import { spawnSync } from "node:child_process";
import { createServer, type Server } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

import { removeTree } from "../../src/stores/files/remove-tree.ts";
import { memoryFolder } from "../support/folder.ts";
import { treeBench, type TreeBench } from "../support/tree-bench.ts";
import { HANG_MS, MEMORY_BYTES, toldError } from "./limits.ts";
import { tryExchange, tryPutBack } from "./trees/bring-back.ts";
import type { Specials } from "./trees/grow.ts";
import {
  growTrial,
  HOSTILE_EACH,
  hurtTrial,
  tryComparison,
  tryHostile,
  tryLooks,
  tryRoundTrip,
  type Trial,
} from "./trees/trial.ts";

// Small trees of every kind of entry: captured, restored beside, damaged, looked at, compared and
// brought back, each time judged by a walk of its own. And their contents tampered with, restored under
// the eyes of a walk around the target.

/** Trees that are made together: the kernel's clock must move on before they can be read at once. */
const PORTION = 16;
const SETTLE_MS = 30;

/** How many trees, from which seed, and who hears of failures. */
export interface TreesEffort {
  readonly seed: number;
  readonly trees: number;
  /** So many portions at once. */
  readonly jobs: number;
  readonly onFailure: (error: unknown) => void;
}

/** Tries so many trees; how many trees and hostile contents there were. */
export async function soakTrees(effort: TreesEffort): Promise<number> {
  await using folder = await memoryFolder();
  await using special = await makeSpecials(folder.path);
  const run = new TreeRun(effort, special);
  const jobs = Array.from({ length: effort.jobs }, async (_, job) => {
    await using bench = await treeBench({ folder: folder.path });
    await run.work(bench, job);
  });
  await Promise.all(jobs);
  removeTree(folder.path);
  process.stdout.write(`small trees: ${JSON.stringify(run.counts)}\n`);
  return run.tried;
}

class TreeRun {
  readonly counts: Record<string, number> = {};
  tried = 0;
  readonly #effort: TreesEffort;
  readonly #specials: Specials;
  readonly #rssMax = process.memoryUsage.rss() + MEMORY_BYTES;

  constructor(effort: TreesEffort, specials: Specials) {
    this.#effort = effort;
    this.#specials = specials;
  }

  async work(bench: TreeBench, job: number): Promise<void> {
    const { trees, jobs } = this.#effort;
    for (let from = job * PORTION; from < trees; from += jobs * PORTION) {
      await this.#portion(bench, from, Math.min(trees, from + PORTION));
      const rss = process.memoryUsage.rss();
      if (rss > this.#rssMax) this.#fail(from, new Error(`${rss} bytes of memory`));
    }
  }

  async #portion(bench: TreeBench, from: number, end: number): Promise<void> {
    const trials = new Map<number, Trial>();
    for (let round = from; round < end; round += 1) {
      const given = { seed: this.#effort.seed * 1_000_003 + round, specials: this.#specials };
      await this.#step(round, async () => {
        trials.set(round, await growTrial(bench, `tree-${round}`, given));
      });
    }
    await delay(SETTLE_MS);
    for (const [round, trial] of trials) {
      const isSound = await this.#step(round, async () => {
        await tryRoundTrip(trial);
        for (const ending of await tryHostile(trial)) this.#count(`hostile: ${ending}`);
        this.#count(hurtTrial(trial) ? "damaged" : "root replaced");
      });
      if (!isSound) trials.delete(round);
    }
    await delay(SETTLE_MS);
    for (const [round, trial] of trials) await this.#step(round, () => this.#bringBack(trial));
    for (let round = from; round < end; round += 1) removeTree(bench.path(`tree-${round}`));
  }

  async #bringBack(trial: Trial): Promise<void> {
    await tryLooks(trial);
    await tryComparison(trial);
    const puts = trial.random.below(2) === 0;
    await (puts ? tryPutBack(trial) : tryExchange(trial));
    this.#count(puts ? "put back" : "exchanged");
    this.tried += 1 + HOSTILE_EACH;
  }

  /** False when it has failed. */
  async #step(round: number, work: () => Promise<void>): Promise<boolean> {
    const startedAt = performance.now();
    try {
      await work();
      const tookMs = performance.now() - startedAt;
      if (tookMs > HANG_MS) throw new Error(`it took ${Math.round(tookMs)} ms`);
      return true;
    } catch (error) {
      this.#fail(round, error);
      return false;
    }
  }

  #fail(round: number, error: unknown): void {
    const { seed } = this.#effort;
    this.#effort.onFailure(`small trees, --seed ${seed}, round ${round}: ${toldError(error)}`);
  }

  #count(name: string): void {
    this.counts[name] = (this.counts[name] ?? 0) + 1;
  }
}

/** A pipe and a socket, in a folder from which they can be linked. */
async function makeSpecials(folder: string): Promise<Specials & AsyncDisposable> {
  const pipe = `${folder}/pipe`;
  const socket = `${folder}/socket`;
  const made = spawnSync("mkfifo", [pipe]);
  if (made.status !== 0) throw new Error("there is no mkfifo");
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return {
    pipe,
    socket,
    [Symbol.asyncDispose]: async () => {
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
