import assert from "node:assert/strict";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { WorkerPool } from "../../src/core/pool.ts";
import { systemWorld } from "../../src/core/world.ts";
import { Hosts } from "../../src/stores/host/hosts.ts";
import { sqliteDriver } from "../../src/stores/sqlite/driver.ts";
import type { Quarantine } from "../../src/stores/types.ts";
import { memoryFolder } from "../support/folder.ts";
import { seededRandom } from "../support/random.ts";
import { everyCrashState, type CrashState } from "./crash-states.ts";
import { killedAt, recordDisk, type RecordingDisk } from "./recording-disk.ts";

// Goal: an exchange is taken back whole, wherever its process is killed or the power is cut.
// Method: a killed process is followed by another one, for each operation in turn, until one was
// never killed; and every state is looked at that a power cut may leave.

const OLD = seededRandom(1).bytes(9000);
const OLD_WAL = seededRandom(2).bytes(5000);
const NEW = seededRandom(3).bytes(7000);
/** What the programs have written since the exchange. */
const NEW_WAL = seededRandom(4).bytes(3000);
const { signal } = new AbortController();

test("a state is put back whole by whoever comes after a killed process", async () => {
  await using pool = new WorkerPool(1);
  using hosts = new Hosts();
  let wasKilled = true;
  let at = 0;
  for (; wasKilled; at += 1) {
    await using stand = await openStand();
    const { rule, revive } = killedAt(at);
    const disk = await recordDisk(stand.path, rule);
    wasKilled = await dies(putBack(stand, disk, { pool, hosts }));
    revive();
    await putBack(stand, disk, { pool, hosts });
    const files = await filesIn(join(stand.path, "live"));
    assert.deepEqual(files, { "db.sqlite": OLD, "db.sqlite-wal": OLD_WAL }, `killed at ${at}`);
  }
  assert.ok(at > 10, `only ${at} operations were seen`);
});

test("a power cut leaves the one database or the other, and quarantine as it was", async () => {
  await using pool = new WorkerPool(1);
  using hosts = new Hosts();
  await using stand = await openStand();
  const recording = await recordDisk(stand.path);
  await putBack(stand, recording, { pool, hosts });
  recording.mark("put back");
  const states = [...everyCrashState(recording)];
  assert.ok(states.length > 10, `only ${states.length} states were seen`);
  assert.deepEqual(states.flatMap(judge).slice(0, 3), []);
});

interface Stand extends AsyncDisposable {
  readonly path: string;
  readonly quarantine: Quarantine;
}

/** After an exchange: the new database lives, the old one lies in quarantine with its -wal. */
async function openStand(): Promise<Stand> {
  const folder = await memoryFolder();
  const kept = folder.join("quarantine");
  await mkdir(folder.join("live"));
  await mkdir(kept);
  await writeFile(folder.join("live", "db.sqlite"), NEW);
  await writeFile(folder.join("live", "db.sqlite-wal"), NEW_WAL);
  await writeFile(join(kept, "db.sqlite"), OLD);
  await writeFile(join(kept, "db.sqlite-wal"), OLD_WAL);
  const quarantine: Quarantine = {
    folder: kept,
    files: ["db.sqlite", "db.sqlite-wal"],
    address: join(kept, "db.sqlite"),
    fingerprint: "that of a file that is gone",
  };
  return {
    path: folder.path,
    quarantine,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

async function putBack(
  { path, quarantine }: Stand,
  { disk }: RecordingDisk,
  { pool, hosts }: { readonly pool: WorkerPool; readonly hosts: Hosts },
): Promise<void> {
  const context = { world: systemWorld(), disk, pool, hosts, scratch: path };
  const address = join(path, "live", "db.sqlite");
  await using live = await sqliteDriver.open("db", { path: address }, context);
  await live.putBack(quarantine, { unseen: true }, signal);
}

async function dies(work: Promise<void>): Promise<boolean> {
  try {
    await work;
    return false;
  } catch (error) {
    assert.match(String(error instanceof Error ? error.cause : error), /KILLED/);
    return true;
  }
}

async function filesIn(folder: string): Promise<Record<string, Buffer>> {
  const names = (await readdir(folder)).toSorted();
  const contents = await Promise.all(names.map((name) => readFile(join(folder, name))));
  return Object.fromEntries(names.map((name, at) => [name, contents[at] ?? Buffer.alloc(0)]));
}

function judge({ image, marks, story }: CrashState): string[] {
  const is = (path: string, wanted: Uint8Array): boolean =>
    image.files.get(path)?.content?.equals(wanted) === true;
  const [isOld, isNew] = [is("live/db.sqlite", OLD), is("live/db.sqlite", NEW)];
  const hasWal = image.files.has("live/db.sqlite-wal");
  const problems: string[] = [];
  if (!isOld && !isNew) problems.push("neither the one nor the other");
  if (isOld && hasWal && !is("live/db.sqlite-wal", OLD_WAL)) problems.push("a -wal of the other");
  if (isNew && hasWal && !is("live/db.sqlite-wal", NEW_WAL)) problems.push("a -wal of the other");
  const isKept = is("quarantine/db.sqlite", OLD) && is("quarantine/db.sqlite-wal", OLD_WAL);
  if (!isKept) problems.push("quarantine is not as it was");
  const isBack = isOld && is("live/db.sqlite-wal", OLD_WAL);
  if (marks.length > 0 && !isBack) problems.push("it was promised to be back and is not");
  return problems.map((problem) => `${problem}:\n${story.join("\n")}`);
}
