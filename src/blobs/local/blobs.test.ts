import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";

import { diskError, nodeDisk, type Disk } from "../../core/disk.ts";
import { systemWorld } from "../../core/world.ts";
import { blobsContract } from "../contract.ts";
import type { Blobs } from "../types.ts";
import { openLocalBlobs } from "./blobs.ts";

const { signal } = new AbortController();
const root = mkdtempSync(join(tmpdir(), "salvor-blobs-"));
after(() => rmSync(root, { recursive: true, force: true }));

function open(folder = join(mkdtempSync(join(root, "case-")), "made", "later")): Blobs {
  return openLocalBlobs({ folder, disk: nodeDisk, world: systemWorld(), lockWaitMs: 60 });
}

blobsContract("local folder", async () => open());

describe("local folder", () => {
  it("names the process that holds the lock", async () => {
    await using blobs = open();
    await using _held = await blobs.lock("writer", "exclusive", signal);
    await assert.rejects(blobs.lock("writer", "exclusive", signal), {
      code: "REPOSITORY_BUSY",
      message: new RegExp(`is in use by process ${process.pid}, since 20`),
    });
  });

  it("waits a little for a lock that is about to be free", async () => {
    const folder = join(mkdtempSync(join(root, "case-")), "x");
    await using blobs = openLocalBlobs({ folder, disk: nodeDisk, world: systemWorld() });
    const held = await blobs.lock("writer", "exclusive", signal);
    const waiting = blobs.lock("writer", "exclusive", signal);
    await held[Symbol.asyncDispose]();
    await using _mine = await waiting;
  });

  it("cleans away the drafts of the dead", async () => {
    const folder = mkdtempSync(join(root, "case-"));
    await using blobs = open(folder);
    await using draft = await blobs.draft(signal);
    await draft.append(Buffer.from("x"));
    await draft.commit("kept");
    writeFileSync(join(folder, "drafts", "draft_of_a_dead_one"), "half a pack");
    await blobs.clean(signal);
    assert.deepEqual(readdirSync(join(folder, "drafts")), []);
    assert.ok(existsSync(join(folder, "kept")));
  });

  it("can be a whole disk, whose lost+found nobody may open", async () => {
    const folder = mkdtempSync(join(root, "case-"));
    const lost = join(folder, "lost+found");
    mkdirSync(lost);
    const refuse = (path: string): void => {
      if (path.startsWith(lost))
        throw diskError(path, Object.assign(new Error(), { code: "EACCES" }));
    };
    const disk: Disk = {
      ...nodeDisk,
      list: async (path) => (refuse(path), nodeDisk.list(path)),
      syncFolder: async (path) => (refuse(path), nodeDisk.syncFolder(path)),
    };
    await using blobs = openLocalBlobs({ folder, disk, world: systemWorld() });
    await blobs.clean(signal);
    assert.deepEqual(await Array.fromAsync(blobs.list("", signal)), []);
  });

  it("keeps files for their owner only", async () => {
    const folder = mkdtempSync(join(root, "case-"));
    await using blobs = open(folder);
    await using draft = await blobs.draft(signal);
    await draft.commit("packs/aa/x");
    const entry = await nodeDisk.stat(join(folder, "packs", "aa", "x"));
    assert.equal(entry?.mode, 0o600);
    assert.equal((await nodeDisk.stat(join(folder, "packs", "aa")))?.mode, 0o700);
  });
});
