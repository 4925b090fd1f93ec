import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";

import { openSalvor } from "../../src/app/open-salvor.ts";
import { SalvorError } from "../../src/core/errors.ts";
import { seededRandom } from "../support/random.ts";
import { SEED } from "../support/seed.ts";
import { temporaryFolder } from "../support/folder.ts";
import { requireTool } from "../support/tools.ts";
import {
  breakAt,
  everyPoint,
  showPoint,
  somePoints,
  type Point,
  type Target,
} from "./injection.ts";
import { copyOf, type Stand } from "./process-outcome.ts";
import { backupScenario, ENVIRONMENT } from "./process-scenarios.ts";
import { storeContent } from "./store-content.ts";

// Goal: while the passphrase is changed, the repository opens with the old one or the new, always.
// Method: break the command at system calls drawn by seed, and try both.

const POINTS = 4;
const HITS_MIN = POINTS / 2;
const OLD = ENVIRONMENT.SALVOR_PASSPHRASE;
const NEW = "another battery, another staple";
const ARGS = ["repository", "passphrase", "--new-passphrase-env", "NEXT", "--yes"];
const title = `a change of the passphrase may be broken anywhere (SEED=${SEED})`;

test(title, requireTool("strace"), async () => {
  await using folder = await temporaryFolder();
  const prepared = await backupScenario.prepare(folder.path);
  const stand: Stand = { scenario: backupScenario, folder: folder.path, prepared };
  await using untouched = await copyOf(stand);
  const all = await everyPoint(change(untouched.path));
  assert.deepEqual(await opening(untouched.path), [NEW], "unbroken, the new one alone opens");
  let hits = 0;
  for (const point of somePoints(all, POINTS, seededRandom(SEED))) {
    if (await breakAndOpen(stand, point)) hits += 1;
  }
  assert.ok(hits >= HITS_MIN, `of ${POINTS} only ${hits} broke anything`);
});

/** Answers whether the command got as far as that point. */
async function breakAndOpen(stand: Stand, point: Point): Promise<boolean> {
  await using folder = await copyOf(stand);
  const { isHit, stderr } = await breakAt(change(folder.path), point);
  const [passphrase] = await opening(folder.path);
  assert.ok(passphrase !== undefined, `${showPoint(point)}: neither opens\n${stderr.slice(-2000)}`);
  await using salvor = await open(folder.path, passphrase);
  for (const [snapshot, content] of stand.prepared.kept) {
    const to = join(folder.path, `restored-${snapshot.slice(0, 8)}.sqlite`);
    await salvor.restore({ snapshot, to });
    assert.equal(await storeContent(to), content, showPoint(point));
  }
  await salvor.repositoryPassphrase({ nextEnv: "NEXT", yes: true });
  assert.ok(await opens(folder.path, NEW), `${showPoint(point)}: cannot be changed once more`);
  return isHit;
}

function change(cwd: string): Target {
  return { args: ARGS, cwd, env: { ...ENVIRONMENT, NEXT: NEW } };
}

function open(cwd: string, passphrase: string) {
  return openSalvor({ cwd, env: { SALVOR_PASSPHRASE: passphrase, NEXT: NEW } });
}

/** Those of the two that open the repository. */
async function opening(cwd: string): Promise<readonly string[]> {
  const opened = await Promise.all([OLD, NEW].map((each) => opens(cwd, each)));
  return [OLD, NEW].filter((_, at) => opened[at]);
}

async function opens(cwd: string, passphrase: string): Promise<boolean> {
  await using salvor = await open(cwd, passphrase);
  try {
    const { snapshots } = await salvor.snapshots();
    return snapshots.length > 0;
  } catch (error) {
    if (error instanceof SalvorError && error.code === "PASSPHRASE_WRONG") return false;
    throw error;
  }
}
