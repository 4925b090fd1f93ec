import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import { join } from "node:path";

import { openSalvor } from "../../src/app/open-salvor.ts";
import type { Salvor } from "../../src/app/types.ts";
import { temporaryFolder, type TemporaryFolder } from "../support/folder.ts";
import type { ProcessResult } from "../support/processes.ts";
import { breakAt, isKill, showPoint, type Point } from "./injection.ts";
import { ENVIRONMENT, SHOP, type Prepared, type Scenario } from "./process-scenarios.ts";

/** A run in one of these has not come to its end. */
const OPEN = ["planned", "running", "interrupted"];

/** A run in one of these was given up. */
const FAILED = ["failed", "undone"];

/** Exit status for what only a programmer can mend. */
const FAULT = 70;

/** A scenario's folder, made once and copied for each crash. */
export interface Stand {
  readonly scenario: Scenario;
  readonly folder: string;
  readonly prepared: Prepared;
}

/**
 * Breaks the command at one point in a copy of the folder, and holds everything to its promises.
 *
 * @returns whether the command got as far as that point.
 */
export async function crashAt(stand: Stand, point: Point): Promise<boolean> {
  let isHit = false;
  await disturb(stand, showPoint(point), async (cwd) => {
    const result = await breakAt({ args: stand.scenario.args, cwd, env: ENVIRONMENT }, point);
    if (!isKill(point)) assertClear(result, showPoint(point));
    isHit = result.isHit;
    return result;
  });
  return isHit;
}

/** A full or failing disk is no fault of ours: the command says what it met, and what to do. */
function assertClear({ status, stderr }: ProcessResult, how: string): void {
  const isClear = status !== null && status !== FAULT && !/^\s+at .*:\d+:\d+\)?$/m.test(stderr);
  assert.ok(isClear, `${how}: it ended with ${status}\n${stderr.slice(-1500)}`);
}

/** Disturbs the command in a copy of the folder, and holds everything to its promises. */
export async function disturb(
  stand: Stand,
  how: string,
  work: (cwd: string) => Promise<{ readonly stderr: string }>,
): Promise<void> {
  await using folder = await copyOf(stand);
  const { stderr } = await work(folder.path);
  try {
    await checkPromises(stand, folder.path);
  } catch (error) {
    throw new Error(`${stand.scenario.name}, ${how}:\n${String(error)}\n${stderr.slice(-3000)}`, {
      cause: error,
    });
  }
}

/** A fresh copy of the folder that the command begins with. */
export async function copyOf(stand: Stand): Promise<TemporaryFolder> {
  const folder = await temporaryFolder();
  await cp(stand.folder, folder.path, {
    recursive: true,
    preserveTimestamps: true,
    verbatimSymlinks: true,
  });
  return folder;
}

async function checkPromises(stand: Stand, cwd: string): Promise<void> {
  const { before, after, kept } = stand.prepared;
  const whole = [before, after];
  const { store, contentOf, underWay, mayBe, again, afterwards, ...subject } =
    stand.scenario.subject ?? SHOP;
  const live = join(cwd, subject.live);
  const found = await contentOf(live);
  const allowed = [...whole, ...whole.flatMap(underWay)];
  const isAllowed = allowed.includes(found) || mayBe?.(found, before, after) === true;
  assert.ok(isAllowed, "the live store is neither old nor new");
  await using salvor = await openSalvor({ cwd, env: ENVIRONMENT });
  await salvor.resume({ yes: true });
  const { runs } = await salvor.runs();
  const open = runs.filter(({ status }) => OPEN.includes(status)).map(({ id }) => id);
  assert.deepEqual(open, [], "resume left runs open");
  let resumed = await contentOf(live);
  if (!whole.includes(resumed) && mayBe?.(resumed, before, after) === true) {
    assert.ok(
      runs.some(({ status }) => FAILED.includes(status)),
      "half done, and no run has failed",
    );
    await again?.(salvor);
    resumed = await contentOf(live);
  }
  assert.ok(whole.includes(resumed), "after resume the live store is neither old nor new");
  if (stand.scenario.name === "repair") await salvor.repositoryRepair({ yes: true });
  assert.deepEqual((await salvor.repositoryCheck()).problems, []);
  for (const [snapshot, content] of kept) {
    const target = join(cwd, `restored-${snapshot.slice(0, 8)}.sqlite`);
    await salvor.restore({ snapshot, to: target });
    assert.equal(await contentOf(target), content, "a snapshot gives back something else");
  }
  await useAgain(salvor, store, resumed === null ? [...kept.keys()] : []);
  await afterwards?.(salvor);
  assert.notEqual(await contentOf(live), null, "the live store is still broken");
}

/** Whatever was begun can be done now: a restore over what is broken, a backup of what is sound. */
async function useAgain(
  salvor: Salvor,
  store: string,
  snapshots: readonly string[],
): Promise<void> {
  const snapshot = snapshots.at(-1);
  if (snapshot !== undefined) {
    const run = await salvor.restore({ snapshot, inPlace: true, yes: true });
    assert.equal(run.proof?.equal, true, "the restore that follows proves nothing");
  }
  await salvor.backup({ stores: [store] });
}
