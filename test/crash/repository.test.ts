import assert from "node:assert/strict";
import { after, describe, it } from "node:test";

import { WorkerPool } from "../../src/core/pool.ts";
import {
  everyFailure,
  judgeCrash,
  judgeFailure,
  judgeKill,
  recordDeed,
  setStage,
  statesOf,
} from "./repository-crash.ts";
import { scenarios, type RepositoryScenario } from "./repository-scenarios.ts";

// Goal: whatever a power cut or a full disk interrupts, no promise is broken.
// Method: run it on a disk that writes everything down, cut it anywhere, lose what may be lost,
// open what is left. Here by drawn samples; `npm run soak` takes every one.

const DAY_MS = 86_400_000;
const SEED = Number(process.env["SEED"] ?? Math.floor(Date.now() / DAY_MS));
const STATES = 24;
/** Every so many operations one that fails. */
const STEP = 9;

const pool = new WorkerPool(2);
after(() => pool[Symbol.asyncDispose]());

for (const passphrase of [null, "a passphrase"]) {
  describe(`a repository ${passphrase === null ? "in plain" : "encrypted"} (SEED=${SEED})`, () => {
    for (const scenario of scenarios) {
      if (scenario.nextPassphrase !== null && passphrase === null) continue;
      it(`survives a power cut in ${scenario.name}`, () => survivesCuts(scenario, passphrase));
      it(`survives a kill, and a power cut later, in ${scenario.name}`, () =>
        survivesKills(scenario, passphrase));
      it(`survives a failing disk in ${scenario.name}`, () => survivesErrors(scenario, passphrase));
    }
  });
}

async function survivesCuts(
  scenario: RepositoryScenario,
  passphrase: string | null,
): Promise<void> {
  await using stage = await setStage(scenario, { pool, passphrase });
  const { recording, promised } = await recordDeed(stage);
  const failures: string[] = [];
  for (const state of statesOf(recording, { seed: SEED, states: STATES }))
    await judgeCrash(stage, promised, state).catch((error: unknown) =>
      failures.push(String(error)),
    );
  assert.deepEqual(failures.slice(0, 3), []);
}

async function survivesKills(
  scenario: RepositoryScenario,
  passphrase: string | null,
): Promise<void> {
  await using stage = await setStage(scenario, { pool, passphrase });
  const { attempts } = await judgeFailure(stage, () => null);
  const failures: string[] = [];
  for (let at = SEED % STEP; at < attempts; at += STEP)
    await judgeKill(stage, at, { seed: SEED, samples: 2 }).catch((error: unknown) =>
      failures.push(String(error)),
    );
  assert.deepEqual(failures.slice(0, 3), []);
}

async function survivesErrors(
  scenario: RepositoryScenario,
  passphrase: string | null,
): Promise<void> {
  await using stage = await setStage(scenario, { pool, passphrase });
  const failures: string[] = [];
  for await (const rule of everyFailure(stage, STEP, SEED % STEP))
    await judgeFailure(stage, rule).catch((error: unknown) => failures.push(String(error)));
  assert.deepEqual(failures.slice(0, 3), []);
}
