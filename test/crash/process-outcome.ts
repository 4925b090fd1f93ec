import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import { join } from "node:path";

import { temporaryFolder, type TemporaryFolder } from "../support/folder.ts";
import { expectSalvor, runSalvor } from "../support/salvor.ts";
import { breakAt, showPoint, type Point } from "./injection.ts";
import { ENVIRONMENT, LIVE, type Prepared, type Scenario } from "./process-scenarios.ts";
import { storeContent } from "./store-content.ts";

/** Done; or done, and what was newer than the snapshot is declared as lost. */
const FINE = [0, 6];

/** A scenario's folder, made once and copied for each crash. */
export interface Stand {
  readonly scenario: Scenario;
  readonly folder: string;
  readonly prepared: Prepared;
}

/** Breaks the command at one point in a copy of the folder, and holds everything to its promises. */
export async function crashAt(stand: Stand, point: Point): Promise<void> {
  await disturb(stand, showPoint(point), (cwd) =>
    breakAt({ args: stand.scenario.args, cwd, env: ENVIRONMENT }, point),
  );
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
  await cp(stand.folder, folder.path, { recursive: true, preserveTimestamps: true });
  return folder;
}

async function checkPromises(stand: Stand, cwd: string): Promise<void> {
  const options = { cwd, env: ENVIRONMENT };
  const { before, after, kept } = stand.prepared;
  const whole = [before, after];
  const live = join(cwd, LIVE);
  assert.ok(whole.includes(await storeContent(live)), "the live store is neither old nor new");
  await expectSalvor(FINE, ["resume", "--yes"], options);
  const resumed = await storeContent(live);
  assert.ok(whole.includes(resumed), "after resume the live store is neither old nor new");
  await checkNothingIsOpen(cwd);
  if (stand.scenario.name === "repair")
    await expectSalvor(0, ["repository", "repair", "--yes"], options);
  await expectSalvor(0, ["repository", "check"], options);
  for (const [snapshot, content] of kept) {
    const target = join(cwd, `restored-${snapshot.slice(0, 8)}.sqlite`);
    await expectSalvor(0, ["restore", snapshot, "--to", target], options);
    assert.equal(await storeContent(target), content, "a snapshot gives back something else");
  }
  if (resumed === null) await expectSalvor(FINE, stand.scenario.args, options);
  else await expectSalvor(0, ["backup", "--verify"], options);
  assert.notEqual(await storeContent(live), null, "the live store is still broken");
}

async function checkNothingIsOpen(cwd: string): Promise<void> {
  const result = await runSalvor(["runs", "--json"], { cwd, env: ENVIRONMENT });
  const { runs } = result.json() as { runs: readonly { id: string; status: string }[] };
  const open = runs.filter(({ status }) => ["running", "interrupted", "planned"].includes(status));
  assert.deepEqual(open, [], "resume left a run open");
}
