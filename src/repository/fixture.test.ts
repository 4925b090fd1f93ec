import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";

import { openLocalBlobs } from "../blobs/local/blobs.ts";
import { nodeDisk } from "../core/disk.ts";
import { WorkerPool } from "../core/pool.ts";
import { systemWorld } from "../core/world.ts";
import { openRepository } from "./open.ts";
import {
  contentOf,
  pagedPart,
  PASSPHRASE,
  restored,
  sampleInput,
  sampleReceipt,
} from "./samples.ts";

const { signal } = new AbortController();
const fixture = join(import.meta.dirname, "../../test/data/repository-v1");
const folder = mkdtempSync(join(tmpdir(), "salvor-fixture-"));
const pool = new WorkerPool(2);
after(async () => {
  await pool[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

describe("a repository of format version 1", () => {
  for (const [name, passphrase] of [
    ["plain", null],
    ["encrypted", PASSPHRASE],
  ] as const)
    it(`that is ${name} gives back what was put into it, and takes more`, async () => {
      cpSync(join(fixture, name), join(folder, name), { recursive: true });
      const world = systemWorld();
      const blobs = openLocalBlobs({ folder: join(folder, name), disk: nodeDisk, world });
      const repository = await openRepository({ blobs, passphrase, pool, world }, signal);
      assert.deepEqual(await repository.check(signal), []);

      const pages = Buffer.from("first ".repeat(512 * 70)).subarray(0, 512 * 70);
      const [first, second] = await repository.snapshots(signal);
      assert.deepEqual([first?.level, second?.level], ["none", "complete"]);
      const before = await restored(repository, first?.id ?? "", signal);
      assert.deepEqual(before.get("main"), pages);
      assert.equal(String(before.get("docs/note.txt")), "a document\n");
      pages.fill("second", 512 * 3, 512 * 5);
      const later = await restored(repository, second?.id ?? "", signal);
      assert.deepEqual(later.get("main"), pages);
      const { receipt } = await repository.sealed(second?.id ?? "", signal);
      assert.deepEqual(receipt, sampleReceipt().receipt);

      const content = contentOf(pagedPart(folder, "main", pages, 512));
      const third = await repository.backup(sampleInput(content), signal);
      assert.ok(third.storedBytes < 700, "nothing but the list of parts is new");
      assert.deepEqual(await repository.readBack(third.id, signal), []);
    });
});
