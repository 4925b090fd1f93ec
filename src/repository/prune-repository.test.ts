import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";

import { openMemoryBlobs } from "../blobs/memory/blobs.ts";
import type { Blobs } from "../blobs/types.ts";
import { WorkerPool } from "../core/pool.ts";
import { createRepository } from "./open.ts";
import { contentOf, pagedPart, PASSPHRASE, restored, sampleInput } from "./samples.ts";
import { sampleOptions, streamPart } from "./samples.ts";
import type { Repository, Snapshot } from "./types.ts";

const { signal } = new AbortController();
const pool = new WorkerPool(2);
const folder = mkdtempSync(join(tmpdir(), "salvor-prune-"));
after(async () => {
  await pool[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

interface Pruned {
  readonly blobs: Blobs;
  readonly repository: Repository;
  readonly snapshots: readonly Snapshot[];
  readonly contents: readonly Buffer[];
}

/** A database of pages that changes in part from snapshot to snapshot. */
async function history(count: number, blobs: Blobs = openMemoryBlobs()): Promise<Pruned> {
  const options = sampleOptions({ pool, blobs, passphrase: PASSPHRASE });
  const repository = await createRepository(options, signal);
  const bytes = randomBytes(512 * 400);
  const snapshots: Snapshot[] = [];
  const contents: Buffer[] = [];
  for (let at = 0; at < count; at += 1) {
    randomBytes(512 * 100).copy(bytes, 512 * ((at * 70) % 300));
    contents.push(Buffer.from(bytes));
    const parts = [pagedPart(folder, "main", bytes, 512), streamPart("log", randomBytes(10_000))];
    snapshots.push(await repository.backup(sampleInput(contentOf(...parts)), signal));
  }
  return { blobs, repository, snapshots, contents };
}

async function totalSize(blobs: Blobs): Promise<number> {
  const all = await Array.fromAsync(blobs.list("packs/", signal));
  return all.reduce((sum, { size }) => sum + size, 0);
}

describe("prune", () => {
  it("frees what only removed snapshots needed, and every kept one restores", async () => {
    const { blobs, repository, snapshots, contents } = await history(6);
    const before = await totalSize(blobs);
    const result = await repository.prune({ keepLast: 2 }, { dryRun: false }, signal);
    assert.deepEqual(
      result.removed,
      snapshots.slice(0, 4).map(({ id }) => id),
    );
    assert.deepEqual(
      result.kept.map(({ snapshot }) => snapshot),
      snapshots.slice(4).map(({ id }) => id),
    );
    assert.match(result.kept[1]?.reason ?? "", /^the newest of shop; last 1 of 2$/);
    const freed = before - (await totalSize(blobs));
    assert.ok(freed > 100_000 && Math.abs(freed - result.freedBytes) < 5_000, `${freed} freed`);
    assert.deepEqual(await repository.check(signal), []);
    for (const at of [4, 5]) {
      const back = await restored(repository, snapshots[at]?.id ?? "", signal);
      assert.deepEqual(back.get("main"), contents[at]);
      assert.deepEqual(await repository.readBack(snapshots[at]?.id ?? "", signal), []);
    }
  });

  it("changes nothing when it only shows what it would do", async () => {
    const { blobs, repository, snapshots } = await history(3);
    const before = await Array.fromAsync(blobs.list("", signal));
    const shown = await repository.prune({ keepLast: 1 }, { dryRun: true }, signal);
    assert.equal(shown.removed.length, 2);
    assert.deepEqual(await Array.fromAsync(blobs.list("", signal)), before);
    assert.equal((await repository.snapshots(signal)).length, snapshots.length);
  });

  it("refuses to go without a rule, and keeps the newest under any", async () => {
    const { repository } = await history(2);
    await assert.rejects(repository.prune({}, { dryRun: false }, signal), { code: "REFUSED" });
    const { kept } = await repository.prune({ keepLast: 0 }, { dryRun: false }, signal);
    assert.equal(kept.length, 1);
  });

  it("keeps the snapshot before a suspicious drop until somebody vouches for it", async () => {
    const { repository, snapshots } = await history(1);
    const drop = sampleInput(contentOf(), { judge: () => ["items vanished"] });
    const { id } = await repository.backup(drop, signal);
    const newest = await repository.backup(sampleInput(contentOf()), signal);
    for (const _again of [1, 2]) {
      const { kept } = await repository.prune({ keepLast: 1 }, { dryRun: false }, signal);
      assert.deepEqual(
        kept.map(({ snapshot }) => snapshot),
        [snapshots[0]?.id, id, newest.id],
      );
      assert.match(kept[0]?.reason ?? "", /suspicious drop.*items vanished/);
      assert.match(kept[1]?.reason ?? "", /until it is acknowledged/);
    }
    await repository.acknowledgeDrop(id, "ada", signal);
    const { kept } = await repository.prune({ keepLast: 1 }, { dryRun: false }, signal);
    assert.deepEqual(
      kept.map(({ snapshot }) => snapshot),
      [newest.id],
    );
  });

  it("collects what interrupted backups left, and records of vanished snapshots", async () => {
    const { blobs, repository, snapshots } = await history(2);
    const part = streamPart("x", randomBytes(300_000));
    const failing = { sealed: Promise.reject(new Error("killed")) };
    await assert.rejects(repository.backup(sampleInput(contentOf(part), failing), signal));
    await using draft = await blobs.draft(signal);
    const orphan = randomBytes(1000);
    await draft.append(orphan);
    await draft.commit(`packs/ab/ab${"0".repeat(62)}.pack`);
    await repository.recordLevel(snapshots[0]?.id ?? "", "stored", signal);
    await repository.prune({ keepLast: 1 }, { dryRun: false }, signal);
    assert.equal(await blobs.size(`packs/ab/ab${"0".repeat(62)}.pack`, signal), null);
    assert.deepEqual(await Array.fromAsync(blobs.list("records/", signal)), []);
    assert.deepEqual(await repository.check(signal), []);
  });

  it("puts many small packs and indexes together", async () => {
    const { blobs, repository, snapshots } = await history(20);
    await repository.prune({ keepLast: 20 }, { dryRun: false }, signal);
    assert.equal((await Array.fromAsync(blobs.list("packs/", signal))).length, 1);
    assert.equal((await Array.fromAsync(blobs.list("indexes/", signal))).length, 1);
    assert.deepEqual(await repository.check(signal), []);
    assert.equal((await repository.snapshots(signal)).length, snapshots.length);
  });

  it("removes nothing when a manifest or a chunk is damaged", async () => {
    const { blobs, repository, snapshots } = await history(3);
    const name = `snapshots/${snapshots[2]?.id}.snapshot`;
    await using draft = await blobs.draft(signal);
    await draft.append(Buffer.from("not a manifest"));
    await draft.commit(name);
    const before = await Array.fromAsync(blobs.list("", signal));
    const prune = repository.prune({ keepLast: 1 }, { dryRun: false }, signal);
    await assert.rejects(prune, { code: "BACKUP_DAMAGED" });
    assert.deepEqual(await Array.fromAsync(blobs.list("", signal)), before);
  });

  it("leaves every kept snapshot whole, wherever it is killed", async () => {
    const { blobs, repository, snapshots, contents } = await history(4);
    const original = await copyOf(blobs);
    for (let steps = 0; ; steps += 1) {
      const killed = await copyOf(original);
      const dying = dyingAfter(killed, steps);
      const again = await reopen(killed);
      const isDone = await (
        await reopen(dying)
      )
        .prune({ keepLast: 2 }, { dryRun: false }, signal)
        .then(() => true)
        .catch(() => false);
      assert.deepEqual(await again.check(signal), [], `after ${steps} steps`);
      for (const at of [2, 3]) {
        const back = await restored(again, snapshots[at]?.id ?? "", signal);
        assert.deepEqual(back.get("main"), contents[at]);
      }
      await again.prune({ keepLast: 2 }, { dryRun: false }, signal);
      assert.equal((await again.snapshots(signal)).length, 2);
      assert.deepEqual(await again.check(signal), []);
      if (isDone) {
        assert.ok(steps > 5, "the prune was never interrupted");
        break;
      }
    }
    assert.equal((await repository.snapshots(signal)).length, 4);
  });
});

async function copyOf(blobs: Blobs): Promise<Blobs> {
  const copy = openMemoryBlobs();
  for await (const { name } of blobs.list("", signal)) {
    await using draft = await copy.draft(signal);
    await draft.append(await blobs.read(name, null, signal));
    await draft.commit(name);
  }
  return copy;
}

async function reopen(blobs: Blobs): Promise<Repository> {
  const { openRepository } = await import("./open.ts");
  return await openRepository(sampleOptions({ pool, blobs, passphrase: PASSPHRASE }), signal);
}

/** Blobs that let so many changes through, and then none any more. */
function dyingAfter(blobs: Blobs, steps: number): Blobs {
  let left = steps;
  const live = (): void => {
    if (left === 0) throw new Error("killed");
    left -= 1;
  };
  return {
    ...blobs,
    draft: async (draftSignal) => {
      const draft = await blobs.draft(draftSignal);
      return {
        ...draft,
        commit: async (name) => {
          live();
          await draft.commit(name);
        },
      };
    },
    remove: async (names, removeSignal) => {
      for (const name of names) {
        live();
        await blobs.remove([name], removeSignal);
      }
    },
  };
}
