import { mkdirSync } from "node:fs";

import { nodeDisk } from "../../src/core/disk.ts";
import { WorkerPool } from "../../src/core/pool.ts";
import { systemWorld } from "../../src/core/world.ts";
import { removeTree } from "../../src/stores/files/remove-tree.ts";
import { Hosts } from "../../src/stores/host/hosts.ts";
import { memoryFolder } from "../support/folder.ts";
import { seededRandom } from "../support/random.ts";
import { HANG_MS, MEMORY_BYTES, toldError } from "./limits.ts";
import { tryStore } from "./stores/trial.ts";

// Small stores of documents of every form, damaged in one to four places, looked at, mended with a copy
// and without one, looked at again and taken back; JSON.parse and a memory of every byte are the judge.

/** How many stores, from which seed, and who hears of failures. */
export interface StoresEffort {
  readonly seed: number;
  readonly stores: number;
  /** So many at once. */
  readonly jobs: number;
  readonly onFailure: (error: unknown) => void;
}

/** Tries so many stores; how many there were. */
export async function soakStores(effort: StoresEffort): Promise<number> {
  await using folder = await memoryFolder();
  const counts: Record<string, number> = {};
  const jobs = Array.from({ length: effort.jobs }, (_, job) =>
    work(effort, { folder: folder.path, job, counts }),
  );
  await Promise.all(jobs);
  process.stdout.write(`stores of documents: ${JSON.stringify(counts)}\n`);
  return effort.stores;
}

interface Job {
  readonly folder: string;
  readonly job: number;
  readonly counts: Record<string, number>;
}

async function work(effort: StoresEffort, { folder, job, counts }: Job): Promise<void> {
  const { seed, stores, jobs, onFailure } = effort;
  const rssMax = process.memoryUsage.rss() + MEMORY_BYTES;
  await using pool = new WorkerPool(1);
  using hosts = new Hosts();
  for (let round = job; round < stores; round += jobs) {
    const site = `${folder}/store-${round}`;
    mkdirSync(site);
    const context = { world: systemWorld(), pool, hosts, disk: nodeDisk, scratch: site };
    const startedAt = performance.now();
    const fail = (what: string): void =>
      onFailure(`stores of documents, --seed ${seed}, round ${round}: ${what}`);
    try {
      const counted = await tryStore(context, site, seededRandom(seed * 1_000_003 + round));
      for (const name of counted) counts[name] = (counts[name] ?? 0) + 1;
    } catch (error) {
      fail(toldError(error));
    }
    const tookMs = performance.now() - startedAt;
    if (tookMs > HANG_MS) fail(`it took ${Math.round(tookMs)} ms`);
    const rss = process.memoryUsage.rss();
    if (rss > rssMax) fail(`${rss} bytes of memory`);
    removeTree(site);
  }
}
