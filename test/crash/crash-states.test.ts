import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { describe, it } from "node:test";

import { makeFolderDurably, nodeDisk, writeDurably, type Disk } from "../../src/core/disk.ts";
import { temporaryFolder } from "../support/folder.ts";
import { everyCrashState, type CrashState } from "./crash-states.ts";
import { materialise } from "./disk-image.ts";
import { failOnce, fullFrom, recordDisk, type RecordingDisk } from "./recording-disk.ts";

const OLD = Buffer.alloc(1500, "old ");
const NEW = Buffer.alloc(2500, "new! ");

type Writer = (disk: Disk, path: string, bytes: Uint8Array) => Promise<void>;

describe("the simulated power cut", () => {
  it("finds nothing wrong with a careful write", async () => {
    assert.deepEqual(await broken(writeDurably), []);
  });

  it("catches a write in place", async () => {
    const caught = await broken(async (disk, path, bytes) => {
      await using file = await disk.open(path, "replace");
      await file.write(bytes, 0);
      await file.sync();
    });
    assert.ok(caught.some(({ reason }) => reason === "mixture"));
  });

  it("catches a rename of content that was never synced", async () => {
    const caught = await broken(async (disk, path, bytes) => {
      await using file = await disk.open(`${path}.draft`, "replace");
      await file.write(bytes, 0);
      await disk.rename(`${path}.draft`, path);
      await disk.syncFolder(dirname(path));
    });
    assert.ok(caught.some(({ reason }) => reason === "mixture"));
    assert.ok(
      caught.some(({ size }) => size === 0),
      "empty after rename",
    );
    assert.ok(
      caught.some(({ size }) => size > 0 && size < NEW.length),
      "cut at a sector",
    );
  });

  it("catches a promise that was made before the folder was synced", async () => {
    const caught = await broken(async (disk, path, bytes) => {
      await using file = await disk.open(`${path}.draft`, "replace");
      await file.write(bytes, 0);
      await file.sync();
      await disk.rename(`${path}.draft`, path);
    });
    assert.deepEqual([...new Set(caught.map(({ reason }) => reason))], ["promise broken"]);
  });

  it("catches a removal of the old before the new has its name", async () => {
    const caught = await broken(async (disk, path, bytes) => {
      await disk.remove(path);
      await writeDurably(disk, path, bytes);
    });
    assert.ok(caught.some(({ reason }) => reason === "gone"));
  });

  it("catches a file in a folder whose own name was not synced", async () => {
    await using folder = await temporaryFolder();
    const recording = await recordDisk(folder.path);
    await recording.disk.makeFolder(folder.join("a", "b"));
    await writeDurably(recording.disk, folder.join("a", "b", "file"), NEW);
    recording.mark("done");
    const states = [...everyCrashState(recording)].filter(({ marks }) => marks.length > 0);
    assert.ok(states.some(({ image }) => !image.files.has("a/b/file")));
  });

  it("keeps what lies in a folder that was made durably", async () => {
    await using folder = await temporaryFolder();
    const recording = await recordDisk(folder.path);
    await makeFolderDurably(recording.disk, folder.join("a", "b"));
    await writeDurably(recording.disk, folder.join("a", "b", "file"), NEW);
    recording.mark("done");
    const states = [...everyCrashState(recording)].filter(({ marks }) => marks.length > 0);
    assert.equal(states.length, 1);
    assert.deepEqual(states[0]?.image.files.get("a/b/file")?.content, NEW);
  });

  it("never lets a file vanish that moves between folders, but may leave both names", async () => {
    await using folder = await temporaryFolder();
    await makeFolderDurably(nodeDisk, folder.join("a"));
    await makeFolderDurably(nodeDisk, folder.join("b"));
    await writeFile(folder.join("a", "x"), NEW);
    const recording = await recordDisk(folder.path);
    await recording.disk.rename(folder.join("a", "x"), folder.join("b", "x"));
    await recording.disk.syncFolder(folder.join("b"));
    const seen = [...everyCrashState(recording)].map(({ image }) => [...image.files.keys()].join());
    assert.deepEqual(new Set(seen), new Set(["a/x", "b/x", "a/x,b/x"]));
  });

  it("does not believe a sync that succeeds after one that failed", async () => {
    await using folder = await temporaryFolder();
    const recording = await recordDisk(folder.path, failOnce(2, { code: "EIO", half: false }));
    await using file = await recording.disk.open(folder.join("file"), "create");
    await file.write(NEW, 0);
    await assert.rejects(file.sync(), { code: "DISK_FAILED" });
    await file.sync();
    await recording.disk.syncFolder(folder.path);
    recording.mark("done");
    const lost = [...everyCrashState(recording)].filter(
      ({ marks, image }) => marks.length > 0 && image.files.get("file")?.content.length === 0,
    );
    assert.equal(lost.length, 1);
  });

  it("fails a write in the middle as a full disk does", async () => {
    await using folder = await temporaryFolder();
    const recording = await recordDisk(folder.path, fullFrom(1));
    await using file = await recording.disk.open(folder.join("file"), "create");
    await assert.rejects(file.write(NEW, 0), { code: "DISK_FULL" });
    assert.equal((await readFile(folder.join("file"))).length, NEW.length / 2);
    await recording.disk.remove(folder.join("file"));
  });

  it("brings an image back onto the real disk", async () => {
    await using folder = await temporaryFolder();
    const recording = await recordDisk(folder.path);
    await makeFolderDurably(recording.disk, folder.join("a"));
    await writeDurably(recording.disk, folder.join("a", "file"), NEW);
    const last = [...everyCrashState(recording)].at(-1);
    assert.ok(last !== undefined);
    await using target = await temporaryFolder();
    await materialise(last.image, target.path);
    assert.deepEqual(await readFile(target.join("a", "file")), NEW);
  });
});

interface Breach {
  readonly reason: "mixture" | "gone" | "promise broken";
  readonly size: number;
}

/** Replaces a file with `writer` and judges every state: old or new, and new once promised. */
async function broken(writer: Writer): Promise<Breach[]> {
  await using folder = await temporaryFolder();
  await writeFile(folder.join("file"), OLD);
  const recording = await recordDisk(folder.path);
  await writer(recording.disk, folder.join("file"), NEW);
  recording.mark("written");
  return breaches(recording);
}

function breaches(recording: RecordingDisk): Breach[] {
  return [...everyCrashState(recording)].flatMap((state) => judge(state));
}

function judge({ image, marks }: CrashState): Breach[] {
  const content = image.files.get("file")?.content;
  if (content === undefined) return [{ reason: "gone", size: 0 }];
  if (content.equals(NEW)) return [];
  if (!content.equals(OLD)) return [{ reason: "mixture", size: content.length }];
  return marks.length > 0 ? [{ reason: "promise broken", size: content.length }] : [];
}
