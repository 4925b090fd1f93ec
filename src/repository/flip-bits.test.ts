import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";

import { WorkerPool } from "../core/pool.ts";
import { flipBits } from "./flip-bits.ts";

// Goal: no flipped bit of a repository goes unseen, and none is ever restored.
// Method: flip every 61st bit of a small one (a prime: all eight bits of a byte have their turn);
// the soak flips all of them.
const { signal } = new AbortController();
const pool = new WorkerPool(2);
const folder = mkdtempSync(join(tmpdir(), "salvor-flip-"));
after(async () => {
  await pool[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

describe("a flipped bit", () => {
  for (const isEncrypted of [false, true])
    it(`is found in ${isEncrypted ? "an encrypted" : "a plain"} repository, wherever it is`, async () => {
      const flipped = await flipBits({ pool, folder, isEncrypted, step: 61, signal });
      assert.ok(flipped > 300, `only ${flipped} bits were flipped`);
    });
});
