import assert from "node:assert/strict";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { WorkerPool } from "../../src/core/pool.ts";
import { systemWorld } from "../../src/core/world.ts";
import { Hosts } from "../../src/stores/host/hosts.ts";
import { sqliteDriver } from "../../src/stores/sqlite/driver.ts";
import type { Content } from "../../src/stores/types.ts";
import { memoryFolder } from "../support/folder.ts";
import { seededRandom } from "../support/random.ts";
import { PROJECT } from "../support/salvor.ts";
import { everyCrashState, type CrashState } from "./crash-states.ts";
import { recordDisk, type RecordingDisk } from "./recording-disk.ts";

// Goal: while a database that the engine refuses is replaced, a power cut leaves the old bytes or
// the new ones, never a stale -wal beside the new, and never new ones without the old in quarantine.
// Method: do it on a disk that writes everything down, and look at every state that it may leave.

const SAMPLE = join(PROJECT, "test", "data", "chinook.sqlite");
const { signal } = new AbortController();

test("an exchange by rename survives a power cut anywhere", async () => {
  await using folder = await memoryFolder();
  const files = await makeBroken(folder.path);
  const recording = await recordDisk(folder.path);
  await exchange(folder.path, recording);
  recording.mark("exchanged");
  const broken = [...everyCrashState(recording)].flatMap((state) => judge(state, files));
  assert.deepEqual(broken.slice(0, 3), []);
});

interface Files {
  readonly old: Buffer;
  readonly stale: Buffer;
  readonly sound: Buffer;
}

/** A database whose header is gone, with a -wal that belongs to it. */
async function makeBroken(folder: string): Promise<Files> {
  await mkdir(join(folder, "live"));
  const live = join(folder, "live", "db.sqlite");
  await copyFile(SAMPLE, live);
  const sound = await readFile(live);
  const old = Buffer.concat([seededRandom(1).bytes(4096), sound.subarray(4096)]);
  const stale = seededRandom(2).bytes(9000);
  await writeFile(live, old);
  await writeFile(`${live}-wal`, stale);
  return { old, stale, sound };
}

async function exchange(folder: string, { disk }: RecordingDisk): Promise<void> {
  await using pool = new WorkerPool(1);
  using hosts = new Hosts();
  const scratch = join(folder, "scratch");
  await mkdir(scratch);
  const context = { world: systemWorld(), disk, pool, hosts, scratch };
  const address = join(folder, "live", "db.sqlite");
  const beside = join(folder, "live", ".db.sqlite.beside");
  await using live = await sqliteDriver.open("db", { path: address }, context);
  await using restored = await sqliteDriver.open("db", { path: beside }, context);
  const quarantine = await live.quarantine(join(folder, "quarantine"), signal);
  await restored.restore(sampleContent(), {}, signal);
  await live.exchange(beside, quarantine, { unseen: true }, signal);
}

function sampleContent(): Content {
  return {
    description: {},
    async *parts() {
      const bytes = await readFile(SAMPLE);
      yield {
        name: "database",
        size: bytes.length,
        attributes: { mode: 0o600 },
        pages: null,
        async *open() {
          yield bytes;
        },
      };
    },
  };
}

function judge({ image, marks, story }: CrashState, files: Files): string[] {
  const found = (path: string): Buffer | null => image.files.get(path)?.content ?? null;
  const live = found("live/db.sqlite");
  const problems: string[] = [];
  const isNew = live?.equals(files.sound) === true;
  if (!isNew && live?.equals(files.old) !== true) problems.push("neither old nor new");
  if (marks.length > 0 && !isNew) problems.push("the exchange was promised and is gone");
  if (isNew && found("live/db.sqlite-wal") !== null) problems.push("a stale -wal beside the new");
  const kept =
    found("quarantine/db.sqlite")?.equals(files.old) === true &&
    found("quarantine/db.sqlite-wal")?.equals(files.stale) === true;
  const isWhole = !isNew && found("live/db.sqlite-wal") !== null;
  if (!kept && !isWhole) problems.push("the old state is nowhere whole");
  return problems.map((problem) => `${problem}:\n${story.join("\n")}`);
}
