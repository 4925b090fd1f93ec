import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";

import { openMemoryBlobs } from "../blobs/memory/blobs.ts";
import type { Blobs } from "../blobs/types.ts";
import { diskError } from "../core/disk.ts";
import { WorkerPool } from "../core/pool.ts";
import { createRepository } from "./open.ts";
import {
  contentOf,
  pagedPart,
  restored,
  sampleInput,
  sampleOptions,
  sampleReceipt,
} from "./samples.ts";

const { signal } = new AbortController();
const pool = new WorkerPool(2);
const folder = mkdtempSync(join(tmpdir(), "salvor-sectors-"));
after(async () => {
  await pool[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

describe("a repository on a disk with a bad sector", () => {
  it("is checked to its end, and repaired around what cannot be read", async () => {
    const { blobs, bad } = failing();
    const repository = await createRepository(sampleOptions({ pool, blobs }), signal);
    const part = pagedPart(folder, "main", randomBytes(512 * 300), 512);
    const first = await repository.backup(sampleInput(contentOf(part)), signal);
    const [pack] = await Array.fromAsync(blobs.list("packs/", signal));
    const other = pagedPart(folder, "other", randomBytes(512 * 10), 512);
    const sealed = Promise.resolve(sampleReceipt(7, "b")); // so that they share no chunk
    const input = sampleInput(contentOf(other), { store: "b", sealed });
    const second = await repository.backup(input, signal);

    bad.add(`${pack?.name} 1000`);
    const problems = await repository.check(signal);
    assert.ok(
      problems.some(({ blob, snapshots }) => blob === pack?.name && snapshots[0] === first.id),
    );
    const [found] = await repository.readBack(first.id, signal);
    assert.equal(found?.code, "repository.unreadable");
    assert.deepEqual(await repository.readBack(second.id, signal), []);

    const { quarantined } = await repository.repair(signal);
    assert.deepEqual(quarantined, [`quarantine/${pack?.name}`]);
    assert.equal((await restored(repository, second.id, signal)).get("other")?.length, 5120);
  });

  it("lists the snapshots that can be read, and gives no number twice", async () => {
    const { blobs, bad } = failing();
    const repository = await createRepository(sampleOptions({ pool, blobs }), signal);
    await repository.backup(sampleInput(contentOf()), signal);
    const { id, sequence } = await repository.backup(sampleInput(contentOf()), signal);
    const name = `snapshots/${id}.snapshot`;
    bad.add(`${name} 0`);
    assert.equal((await repository.snapshots(signal)).length, 1);
    assert.deepEqual(
      (await repository.unreadable(signal)).map((each) => each.id),
      [id],
    );
    const { quarantined } = await repository.repair(signal);
    assert.deepEqual(quarantined, [], "it may be readable tomorrow");
    const again = repository.backup(sampleInput(contentOf()), signal);
    await assert.rejects(again, { code: "DISK_FAILED" });

    bad.clear();
    await using draft = await blobs.draft(signal);
    await draft.append(Buffer.from("not a manifest any more"));
    await draft.commit(name);
    const third = await repository.backup(sampleInput(contentOf()), signal);
    assert.ok(third.sequence > sequence);
  });
});

/** Blobs of which reads fail that touch a bad byte: `<name> <offset>`. */
function failing(): { readonly blobs: Blobs; readonly bad: Set<string> } {
  const inner = openMemoryBlobs();
  const bad = new Set<string>();
  const blobs: Blobs = {
    ...inner,
    read: async (name, range, readSignal) => {
      const from = range?.offset ?? 0;
      const to = range === null ? Infinity : from + range.length;
      for (const each of bad) {
        const [badName, at = "0"] = each.split(" ");
        if (badName === name && Number(at) >= from && Number(at) < to)
          throw diskError(name, Object.assign(new Error("EIO: i/o error, read"), { code: "EIO" }));
      }
      return await inner.read(name, range, readSignal);
    },
  };
  return { blobs, bad };
}
