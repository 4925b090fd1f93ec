import assert from "node:assert/strict";

import { WorkerPool } from "../../src/core/pool.ts";
import { SEED } from "../support/seed.ts";
import { setStage, type Stage } from "./repository-crash.ts";
import { scenarios, type RepositoryScenario } from "./repository-scenarios.ts";

/** A scenario in plain or encrypted, with the title of its test. */
export interface RepositoryCase {
  readonly title: string;
  readonly scenario: RepositoryScenario;
  readonly passphrase: string | null;
}

/** Every scenario with and without encryption, as far as it applies. */
export const cases: readonly RepositoryCase[] = scenarios.flatMap((scenario) =>
  [null, "a passphrase"]
    .filter((passphrase) => passphrase !== null || scenario.nextPassphrase === null)
    .map((passphrase) => {
      const kind = passphrase === null ? "plain" : "encrypted";
      return { title: `${scenario.name}, ${kind} (SEED=${SEED})`, scenario, passphrase };
    }),
);

/** Sets the stage, lets `play` break what it likes, and fails with the first few breaches. */
export async function judgeCase(
  { scenario, passphrase }: RepositoryCase,
  play: (stage: Stage, judged: (judging: Promise<unknown>) => Promise<void>) => Promise<void>,
): Promise<void> {
  await using pool = new WorkerPool(1);
  await using stage = await setStage(scenario, { pool, passphrase });
  const failures: string[] = [];
  await play(stage, async (judging) => {
    await judging.catch((error: unknown) => failures.push(String(error)));
  });
  assert.deepEqual(failures.slice(0, 3), []);
}
