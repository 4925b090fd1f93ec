import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { SEED } from "../support/seed.ts";
import { soakStores } from "./stores.ts";
import { soakTrees } from "./trees.ts";

// A taste of what `npm run soak` does at length, elsewhere each day.
describe(`things damaged by chance (SEED=${SEED})`, () => {
  it("are small trees, and contents of trees that somebody has tampered with", async () => {
    const failures: unknown[] = [];
    const onFailure = (error: unknown): void => void failures.push(error);
    const tried = await soakTrees({ seed: SEED, trees: 6, jobs: 1, onFailure });
    assert.deepEqual(failures, []);
    assert.equal(tried, 24);
  });

  it("are stores of documents", async () => {
    const failures: unknown[] = [];
    const onFailure = (error: unknown): void => void failures.push(error);
    assert.equal(await soakStores({ seed: SEED, stores: 3, jobs: 1, onFailure }), 3);
    assert.deepEqual(failures, []);
  });
});
