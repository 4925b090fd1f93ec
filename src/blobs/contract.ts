import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { BlobEntry, Blobs } from "./types.ts";

const { signal } = new AbortController();

/** What every home of blobs promises. A new one passes this before it has a test of its own. */
export function blobsContract(name: string, open: () => Promise<Blobs>): void {
  describe(`${name} keeps the blobs contract`, () => {
    it("gives back exactly what it was given, whole and in ranges", async () => {
      await using blobs = await open();
      const bytes = Buffer.from("the quick brown fox");
      await put(blobs, "packs/ab/one.pack", bytes);
      assert.deepEqual(await blobs.read("packs/ab/one.pack", null, signal), bytes);
      const range = { offset: 4, length: 5 };
      assert.equal(String(await blobs.read("packs/ab/one.pack", range, signal)), "quick");
      assert.equal(await blobs.size("packs/ab/one.pack", signal), bytes.length);
    });

    it("keeps an empty blob, which is not a missing one", async () => {
      await using blobs = await open();
      await put(blobs, "empty", Buffer.alloc(0));
      assert.equal(await blobs.size("empty", signal), 0);
      assert.equal((await blobs.read("empty", null, signal)).length, 0);
      assert.equal(await blobs.size("missing", signal), null);
    });

    it("says BLOB_MISSING for a name that it does not have", async () => {
      await using blobs = await open();
      await assert.rejects(blobs.read("nowhere/x", null, signal), { code: "BLOB_MISSING" });
    });

    it("says BACKUP_DAMAGED when a range goes beyond the end", async () => {
      await using blobs = await open();
      await put(blobs, "short", Buffer.from("abc"));
      const beyond = blobs.read("short", { offset: 2, length: 2 }, signal);
      await assert.rejects(beyond, { code: "BACKUP_DAMAGED" });
    });

    it("refuses names that could lead elsewhere", async () => {
      await using blobs = await open();
      for (const bad of ["../x", "/etc/passwd", "a//b", "A", ".hidden", ""])
        await assert.rejects(blobs.read(bad, null, signal), { code: "FAULT" }, bad);
    });

    it("shows nothing of a draft before its commit, and nothing of one that was left", async () => {
      await using blobs = await open();
      {
        await using draft = await blobs.draft(signal);
        await draft.append(Buffer.from("half"));
        assert.equal(await blobs.size("x", signal), null);
      }
      const left = (await listAll(blobs, "")).filter((each) => !each.name.startsWith("locks/"));
      assert.deepEqual(left, []);
    });

    it("replaces a blob of the same name whole", async () => {
      await using blobs = await open();
      await put(blobs, "config.json", Buffer.from("a longer first"));
      await put(blobs, "config.json", Buffer.from("second"));
      assert.equal(String(await blobs.read("config.json", null, signal)), "second");
    });

    it("lists what lies under a folder, in the order of whole names", async () => {
      await using blobs = await open();
      for (const each of ["b/2", "a/z/1", "a.b", "a/y", "a-b", "b/1"])
        await put(blobs, each, Buffer.from(each));
      const names = async (prefix: string): Promise<string[]> =>
        (await listAll(blobs, prefix)).map((entry) => entry.name);
      assert.deepEqual(await names("b/"), ["b/1", "b/2"]);
      assert.deepEqual(await names(""), ["a-b", "a.b", "a/y", "a/z/1", "b/1", "b/2"]);
      assert.deepEqual(await names("nothing/"), []);
    });

    it("moves and removes, and does not mind what is gone already", async () => {
      await using blobs = await open();
      await put(blobs, "a/one", Buffer.from("1"));
      await blobs.rename("a/one", "quarantine/a/one", signal);
      assert.equal(await blobs.size("a/one", signal), null);
      assert.equal(String(await blobs.read("quarantine/a/one", null, signal)), "1");
      await blobs.remove(["quarantine/a/one", "a/never"], signal);
      assert.deepEqual(await listAll(blobs, "quarantine/"), []);
    });

    it("shares a shared lock, and refuses the second of two exclusive ones", async () => {
      await using blobs = await open();
      {
        await using _first = await blobs.lock("readers", "shared", signal);
        await using _second = await blobs.lock("readers", "shared", signal);
        const writer = blobs.lock("readers", "exclusive", signal);
        await assert.rejects(writer, { code: "REPOSITORY_BUSY" });
      }
      await using _alone = await blobs.lock("readers", "exclusive", signal);
      await using _other = await blobs.lock("writer", "exclusive", signal);
      const reader = blobs.lock("readers", "shared", signal);
      await assert.rejects(reader, { code: "REPOSITORY_BUSY" });
    });
  });
}

async function put(blobs: Blobs, name: string, bytes: Uint8Array): Promise<void> {
  await using draft = await blobs.draft(signal);
  await draft.append(bytes.subarray(0, 3));
  await draft.append(bytes.subarray(3));
  await draft.commit(name);
}

async function listAll(blobs: Blobs, prefix: string): Promise<readonly BlobEntry[]> {
  return await Array.fromAsync(blobs.list(prefix, signal));
}
