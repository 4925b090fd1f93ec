import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";

import { openMemoryBlobs } from "../blobs/memory/blobs.ts";
import type { Blobs } from "../blobs/types.ts";
import { WorkerPool } from "../core/pool.ts";
import { createRepository, openRepository } from "./open.ts";
import { contentOf, pagedPart, PASSPHRASE, restored, sampleInput } from "./samples.ts";
import { sampleOptions, sampleReceipt, streamPart } from "./samples.ts";
import type { Content } from "../stores/types.ts";
import type { BackupInput, Repository, Snapshot } from "./types.ts";

const { signal } = new AbortController();
const pool = new WorkerPool(2);
const folder = mkdtempSync(join(tmpdir(), "salvor-repair-"));
after(async () => {
  await pool[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

for (const passphrase of [null, PASSPHRASE]) {
  describe(`repair of ${passphrase === null ? "a plain" : "an encrypted"} repository`, () => {
    const start = async (): Promise<Started> => {
      const blobs = openMemoryBlobs();
      const repository = await createRepository(sampleOptions({ pool, blobs, passphrase }), signal);
      const pages = randomBytes(512 * 300);
      const parts = [pagedPart(folder, "main", pages, 512), streamPart("a", randomBytes(5000))];
      const first = await repository.backup(sampleInput(contentOf(...parts)), signal);
      const one = streamPart("b", randomBytes(4000));
      const second = await repository.backup(otherInput(contentOf(one)), signal);
      return { blobs, repository, first, second, pages };
    };

    it("does nothing to a sound one", async () => {
      const { blobs, repository } = await start();
      const before = await contentsOf(blobs);
      const result = await repository.repair(signal);
      assert.deepEqual(result, { problems: [], repaired: [], quarantined: [] });
      assert.deepEqual(await contentsOf(blobs), before);
    });

    it("makes lost and damaged indexes anew from the packs", async () => {
      const { blobs, repository, first, second } = await start();
      const [one, two] = await namesOf(blobs, "indexes/");
      await blobs.remove([one ?? ""], signal);
      await flip(blobs, two ?? "", 400);
      const codes = (await repository.check(signal)).map(({ code }) => code);
      assert.deepEqual(codes, ["repository.damaged", "repository.index-missing"]);
      // Even before the repair: where an index is damaged, the packs themselves are asked.
      assert.equal((await restored(repository, second.id, signal)).size, 1);
      const result = await repository.repair(signal);
      assert.deepEqual(result.problems, []);
      assert.deepEqual(result.quarantined, [`quarantine/${two}`]);
      for (const { id } of [first, second])
        assert.deepEqual(await repository.readBack(id, signal), []);
    });

    it("saves the intact chunks of a damaged pack, and names the snapshot that lost one", async () => {
      const { blobs, repository, first, second, pages } = await start();
      const [pack] = await packsBySize(blobs);
      await flip(blobs, pack ?? "", 70_000);
      const [found] = await repository.check(signal);
      assert.equal(found?.blob, pack);
      assert.deepEqual(found?.snapshots, [first.id]);
      await assert.rejects(restored(repository, first.id, signal), { code: "BACKUP_DAMAGED" });
      const result = await repository.repair(signal);
      assert.deepEqual(result.quarantined, [`quarantine/${pack}`]);
      assert.match(result.repaired[0] ?? "", /^\d+ intact chunks of packs.* were saved/);
      assert.deepEqual(
        result.problems.map(({ code, snapshots }) => [code, snapshots]),
        [["repository.snapshot-incomplete", [first.id]]],
      );
      assert.deepEqual(await repository.readBack(second.id, signal), []);
      // What is whole is still there, and the next backup makes good what is not.
      const parts = [pagedPart(folder, "main", pages, 512)];
      const next = await repository.backup(sampleInput(contentOf(...parts)), signal);
      assert.deepEqual(await repository.readBack(next.id, signal), []);
      assert.ok(next.storedBytes < 60_000, `${next.storedBytes} bytes were stored`);
      assert.deepEqual((await repository.repair(signal)).quarantined, []);
    });

    it("loses nothing when only a header of a pack or a slot is damaged", async () => {
      for (const at of [3, 14, 20, 40, 48, 49, 53, 57, 61, 70]) {
        const { blobs, repository, first, second } = await start();
        const [pack] = await packsBySize(blobs);
        await flip(blobs, pack ?? "", at);
        assert.equal((await repository.readBack(first.id, signal))[0]?.blob, pack);
        assert.equal((await repository.check(signal))[0]?.blob, pack);
        const result = await repository.repair(signal);
        assert.deepEqual(result.problems, [], `byte ${at}`);
        for (const { id } of [first, second])
          assert.deepEqual(await repository.readBack(id, signal), []);
      }
    });

    it("saves what stands before the place where a pack was cut off", async () => {
      const { blobs, repository, first, second } = await start();
      const [pack] = await packsBySize(blobs);
      const bytes = await blobs.read(pack ?? "", null, signal);
      await put(blobs, pack ?? "", bytes.subarray(0, 100_000));
      const result = await repository.repair(signal);
      assert.deepEqual(
        result.problems.flatMap(({ snapshots }) => snapshots),
        [first.id],
      );
      assert.deepEqual(await repository.readBack(second.id, signal), []);
    });

    it("names a pack that is missing, and forgets it", async () => {
      const { blobs, repository, first } = await start();
      const [pack] = await packsBySize(blobs);
      await blobs.remove([pack ?? ""], signal);
      const [found] = await repository.check(signal);
      assert.deepEqual(
        [found?.code, found?.blob, found?.snapshots],
        ["repository.missing", pack, [first.id]],
      );
      await assert.rejects(restored(repository, first.id, signal), { code: "BLOB_MISSING" });
      assert.equal((await repository.readBack(first.id, signal))[0]?.code, "repository.missing");
      const { problems } = await repository.repair(signal);
      assert.deepEqual(
        problems.map(({ code }) => code),
        ["repository.snapshot-incomplete"],
      );
    });

    it("puts damaged manifests and records aside, and deletes neither", async () => {
      const { blobs, repository, first, second } = await start();
      await repository.recordLevel(second.id, "stored", signal);
      const [record] = await namesOf(blobs, "records/");
      await flip(blobs, record ?? "", 60);
      await flip(blobs, `snapshots/${first.id}.snapshot`, 60);
      assert.deepEqual(
        (await repository.snapshots(signal)).map(({ id }) => id),
        [second.id],
      );
      assert.equal((await repository.check(signal)).length, 2);
      const { quarantined, problems } = await repository.repair(signal);
      assert.deepEqual(problems, []);
      assert.deepEqual(quarantined, [
        `quarantine/snapshots/${first.id}.snapshot`,
        `quarantine/${record}`,
      ]);
    });

    it("mends either copy of the repository's own file with the other", async () => {
      for (const name of ["salvor-repository.json", "salvor-repository.copy.json"]) {
        const { blobs, first } = await start();
        await flip(blobs, name, 100);
        const repository = await openRepository(sampleOptions({ pool, blobs, passphrase }), signal);
        assert.equal((await repository.check(signal))[0]?.blob, name);
        assert.equal((await repository.readBack(first.id, signal))[0]?.blob, name);
        const { problems, quarantined } = await repository.repair(signal);
        assert.deepEqual([problems, quarantined], [[], [`quarantine/${name}`]]);
        await openRepository(sampleOptions({ pool, blobs, passphrase }), signal);
      }
    });

    it("names files that do not belong there", async () => {
      const { blobs, repository } = await start();
      await put(blobs, "packs/notes.txt", Buffer.from("hello"));
      const problems = await repository.check(signal);
      assert.deepEqual(
        problems.map(({ code, blob }) => [code, blob]),
        [["repository.unknown-file", "packs/notes.txt"]],
      );
    });
  });
}

/** Of another store, with another receipt, so that the two snapshots share no chunk. */
function otherInput(content: Content): BackupInput {
  return sampleInput(content, { store: "b", sealed: Promise.resolve(sampleReceipt(7, "b")) });
}

interface Started {
  readonly blobs: Blobs;
  readonly repository: Repository;
  readonly first: Snapshot;
  readonly second: Snapshot;
  readonly pages: Buffer;
}

async function namesOf(blobs: Blobs, prefix: string): Promise<string[]> {
  return (await Array.fromAsync(blobs.list(prefix, signal))).map(({ name }) => name);
}

/** The largest first. */
async function packsBySize(blobs: Blobs): Promise<string[]> {
  const all = await Array.fromAsync(blobs.list("packs/", signal));
  return all.toSorted((a, b) => b.size - a.size).map(({ name }) => name);
}

async function contentsOf(blobs: Blobs): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const name of await namesOf(blobs, ""))
    found.set(name, (await blobs.read(name, null, signal)).toString("base64"));
  return found;
}

async function put(blobs: Blobs, name: string, bytes: Uint8Array): Promise<void> {
  await using draft = await blobs.draft(signal);
  await draft.append(bytes);
  await draft.commit(name);
}

async function flip(blobs: Blobs, name: string, at: number): Promise<void> {
  const bytes = await blobs.read(name, null, signal);
  bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ 1;
  await put(blobs, name, bytes);
}
