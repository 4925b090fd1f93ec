import { setTimeout as delay } from "node:timers/promises";

import { temporaryFolder } from "../support/folder.ts";
import { seededRandom, type Random } from "../support/random.ts";
import { startSalvor } from "../support/salvor.ts";
import { everyPoint, somePoints, type Point } from "./injection.ts";
import { copyOf, crashAt, disturb, type Stand } from "./process-outcome.ts";
import { ENVIRONMENT, type Scenario } from "./process-scenarios.ts";

/** How much to break. */
export interface Effort {
  /** So many system calls drawn by seed, or every one of them. */
  readonly points: number | "all";
  /** So many kills at a time drawn by seed. */
  readonly kills: number;
  readonly seed: number;
  /** So many at once. */
  readonly jobs: number;
  /** Told of each failure as it happens. */
  readonly onFailure?: (error: unknown) => void;
}

/** So many points are drawn for each that is to be broken. */
const DRAWN_FOR_ONE = 4;

/** How it went. */
export interface Outcome {
  readonly tried: number;
  /** Times that something was broken: a command does not always do the same number of calls. */
  readonly hits: number;
  readonly failures: readonly string[];
}

/** Breaks one command again and again, each time from the same beginning. */
export async function campaign(scenario: Scenario, effort: Effort): Promise<Outcome> {
  await using folder = await temporaryFolder();
  const prepared = await scenario.prepare(folder.path);
  const stand: Stand = { scenario, folder: folder.path, prepared };
  const random = seededRandom(effort.seed);
  const work = [...(await calls(stand, effort, random)), ...(await kills(stand, effort, random))];
  const failures: string[] = [];
  let hits = 0;
  await inTurns(work, effort.jobs, async (each) => {
    try {
      if (await each()) hits += 1;
    } catch (error) {
      hits += 1;
      failures.push(String(error));
      effort.onFailure?.(error);
    }
  });
  return { tried: work.length, hits, failures };
}

/** Answers whether something was broken. */
type Work = () => Promise<boolean>;

async function calls(stand: Stand, effort: Effort, random: Random): Promise<Work[]> {
  await using folder = await copyOf(stand);
  const target = { args: stand.scenario.args, cwd: folder.path, env: ENVIRONMENT };
  const all = await everyPoint(target);
  const { points } = effort;
  if (points === "all") return all.map((point) => () => crashAt(stand, point));
  const drawn = somePoints(all, points * DRAWN_FOR_ONE, random);
  return Array.from({ length: points }, (_, at) =>
    drawn.filter((__, nth) => nth % points === at),
  ).map((candidates) => () => firstHit(stand, candidates));
}

/** Which thread does a call is not the same in each run: one that does not come gives way. */
async function firstHit(stand: Stand, candidates: readonly Point[]): Promise<boolean> {
  for (const point of candidates) if (await crashAt(stand, point)) return true;
  return false;
}

/** Plain kills, of the command alone and of its whole group in turns. */
async function kills(stand: Stand, effort: Effort, random: Random): Promise<Work[]> {
  if (effort.kills === 0) return [];
  const lastsMs = await duration(stand);
  return Array.from({ length: effort.kills }, (_, at) => {
    const afterMs = random.below(Math.ceil(lastsMs));
    const whole = at % 2 === 0;
    const how = `SIGKILL to ${whole ? "the group" : "the command"} after ${afterMs} ms`;
    return async () => {
      await disturb(stand, how, (cwd) => killAfter(stand, { cwd, afterMs, whole }));
      return true;
    };
  });
}

async function duration(stand: Stand): Promise<number> {
  await using folder = await copyOf(stand);
  const startedAt = performance.now();
  await startSalvor(stand.scenario.args, { cwd: folder.path, env: ENVIRONMENT }).finished;
  return performance.now() - startedAt;
}

async function killAfter(
  stand: Stand,
  kill: { readonly cwd: string; readonly afterMs: number; readonly whole: boolean },
): Promise<{ stderr: string }> {
  const running = startSalvor(stand.scenario.args, { cwd: kill.cwd, env: ENVIRONMENT });
  await delay(kill.afterMs);
  if (kill.whole) running.killGroup();
  else running.child.kill("SIGKILL");
  // Its pipes close when the last of its children is gone.
  return running.finished;
}

async function inTurns(
  work: readonly Work[],
  jobs: number,
  perform: (each: Work) => Promise<void>,
): Promise<void> {
  const rest = [...work];
  const worker = async (): Promise<void> => {
    for (let next = rest.shift(); next !== undefined; next = rest.shift()) await perform(next);
  };
  await Promise.all(Array.from({ length: jobs }, worker));
}
