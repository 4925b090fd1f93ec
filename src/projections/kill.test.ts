import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";

import { SalvorError } from "../core/errors.ts";
import { Hosts } from "../stores/host/hosts.ts";
import { DYING_LOG } from "../../test/support/dying-log.ts";
import { memoryFolder } from "../../test/support/folder.ts";
import { seededRandom } from "../../test/support/random.ts";
import { SEED } from "../../test/support/seed.ts";
import { buildState } from "./build-state.ts";
import { buildRequest, rowsOf } from "./samples.ts";
import type { BuildRequest, BuildResult } from "./types.ts";

const DATA = join(import.meta.dirname, "../../test/data/events");
const HISTORY = join(DATA, "history.jsonl");
const EXPECTED = readFileSync(join(DATA, "history.state.tsv"), "utf8").trimEnd().split("\n");
/** KILLS=n asks for more moments. */
const KILLS = Number(process.env["KILLS"] ?? 4);

const { signal } = new AbortController();
const hosts = new Hosts();
after(() => hosts[Symbol.dispose]());
const listener = { onDamaged: (): void => assert.fail("there is no damage") };

function isKilled(error: unknown): boolean {
  return error instanceof SalvorError && ["HOST_LIMIT", "HOST_FAILED"].includes(error.code);
}

/** The rest of the work after a kill: it must go on, and end as one that was never interrupted. */
async function finish(request: BuildRequest, at: string): Promise<BuildResult> {
  const result = await buildState(hosts, request, listener, signal);
  const { events, applied, duplicates, corrupted } = result;
  assert.deepEqual([events, applied, duplicates, corrupted], [2229, 2229, 0, 0], at);
  assert.deepEqual(rowsOf(request.draft), EXPECTED.toSorted(), at);
  return result;
}

describe("a build that is killed", () => {
  it("at each boundary of its transactions in turn goes on from there", async () => {
    await using folder = await memoryFolder();
    const batchMax = Math.ceil(2229 / KILLS);
    const resumed: number[] = [];
    for (let batches = 0; ; batches += 1) {
      const request = buildRequest(HISTORY, folder.join(`${batches}.sqlite`), { batchMax });
      const input = { log: request.log.input, batches, end: "kill" };
      const dying = { ...request, log: { module: DYING_LOG, input } };
      const built = await buildState(hosts, dying, listener, signal).catch((error: unknown) => {
        assert.ok(isKilled(error), String(error));
        return null;
      });
      if (built !== null) break; // there were no more batches to die after
      resumed.push((await finish(request, `after ${batches} batches`)).resumedAfter);
    }
    assert.ok(resumed.length >= KILLS, `${resumed.length} kills`);
    assert.deepEqual(
      resumed.toSorted((one, two) => one - two),
      resumed,
    );
    assert.deepEqual([resumed[0], resumed.at(-1)], [0, batchMax * (resumed.length - 1)]);
  });

  it(`at any moment goes on and ends equal (SEED=${SEED})`, async () => {
    await using folder = await memoryFolder();
    const random = seededRandom(SEED);
    let killed = 0;
    for (let round = 0; round < KILLS; round += 1) {
      const batchMax = random.pick([5, 50, 500]);
      const request = buildRequest(HISTORY, folder.join(`${round}.sqlite`), { batchMax });
      const startedMs = performance.now();
      if (round === 0) await finish(request, "the first one is not killed");
      const wholeMs = performance.now() - startedMs;
      for (let left = 2; left > 0; left -= 1) {
        const stop = new AbortController();
        const moment = delay(random.below(Math.max(wholeMs, 200))).then(() => stop.abort());
        await buildState(hosts, request, listener, stop.signal).catch((error: unknown) => {
          assert.equal(error, stop.signal.reason);
          killed += 1;
        });
        await moment;
      }
      await finish(request, `round ${round}`);
    }
    assert.ok(killed > 0, "nothing was killed");
  });

  it("leaves a draft that another process may not build at the same time", async () => {
    await using folder = await memoryFolder();
    const request = buildRequest(HISTORY, folder.join("draft.sqlite"), { batchMax: 10 });
    using others = new Hosts();
    const answers = await Promise.allSettled([
      buildState(hosts, request, listener, signal),
      buildState(others, request, listener, signal),
    ]);
    const failed = answers.filter((each) => each.status === "rejected");
    for (const { reason } of failed) assert.equal((reason as SalvorError).code, "STORE_BUSY");
    await finish(request, "after both");
  });
});
