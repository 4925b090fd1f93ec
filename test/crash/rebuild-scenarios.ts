import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { copyFile, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { seededRandom } from "../support/random.ts";
import { temporaryFolder } from "../support/folder.ts";
import { expectSalvor, PROJECT } from "../support/salvor.ts";
import type { Prepared, Scenario, Subject } from "./process-scenarios.ts";

const LOG = join("events", "history.jsonl");
const LINES = readFileSync(join(PROJECT, "test", "data", "events", "history.jsonl"), "utf8")
  .trimEnd()
  .split("\n");

/** The state of a projection: its rows, whatever Salvor keeps beside them. */
const STATE: Subject = {
  store: "history",
  live: join("state", "registry.sqlite"),
  contentOf: rowsOf,
  underWay: () => [],
  afterwards: (salvor) => salvor.rebuild({ projections: ["registry"] }),
};

const args = ["rebuild", "registry", "--batch-size", "200", "--reason", "crash test"];

/** A rebuild over a state that the engine accepts, with a new batch of events. */
export const rebuildScenario: Scenario = {
  name: "rebuild of a state",
  args,
  subject: STATE,
  prepare: (folder) => prepare(folder, async () => {}),
};

/** A rebuild over what is no database any more: it goes by rename. */
export const rebuildByRenameScenario: Scenario = {
  name: "rebuild of a state that is broken",
  args,
  subject: STATE,
  prepare: (folder) =>
    prepare(folder, async (live) => {
      await using file = await open(live, "r+");
      await file.write(seededRandom(11).bytes(8192), 0, 8192, 0);
    }),
};

async function prepare(folder: string, hurt: (live: string) => Promise<void>): Promise<Prepared> {
  configure(folder);
  const live = join(folder, STATE.live);
  const after = await stateOf(folder, LINES);
  await rm(live); // a live state is not built anew from a log that has lost what it holds
  await stateOf(folder, LINES.slice(0, 1000));
  appendFileSync(
    join(folder, LOG),
    LINES.slice(1000)
      .map((line) => `${line}\n`)
      .join(""),
  );
  await expectSalvor(0, ["backup"], { cwd: folder });
  await hurt(live);
  return { before: await rowsOf(live), after, kept: new Map() };
}

/** Builds the state of these events, and answers its rows. */
async function stateOf(folder: string, lines: readonly string[]): Promise<string | null> {
  writeFileSync(join(folder, LOG), lines.map((line) => `${line}\n`).join(""));
  await expectSalvor(0, ["rebuild"], { cwd: folder });
  return rowsOf(join(folder, STATE.live));
}

function configure(folder: string): void {
  mkdirSync(join(folder, "events"), { mode: 0o700 });
  const yaml = `stores:
  history: { driver: event-log, path: ${LOG}, checksum: { field: checksum, algorithm: crc32, over: head } }
projections:
  registry:
    log: history
    target: ${STATE.live}
    tables: { files: { key: path, columns: { path: text, blob: text, mode: text }, indexes: [blob] } }
    on:
      file.added: { upsert: files, set: { path: data.path, blob: data.blob, mode: data.mode } }
      file.modified: { upsert: files, set: { path: data.path, blob: data.blob, mode: data.mode } }
      file.deleted: { delete: files, key: data.path }
`;
  writeFileSync(join(folder, "salvor.yaml"), yaml, { mode: 0o600 });
}

/** Judged without Salvor, on a copy: null when it is no whole state. */
async function rowsOf(path: string): Promise<string | null> {
  if (!existsSync(path)) return null;
  await using folder = await temporaryFolder();
  const copy = folder.join("copy.sqlite");
  for (const ending of ["", "-wal", "-journal"])
    if (existsSync(path + ending)) await copyFile(path + ending, copy + ending);
  try {
    using database = new DatabaseSync(copy);
    const check = database.prepare("PRAGMA integrity_check").get();
    if (check?.["integrity_check"] !== "ok") return null;
    return JSON.stringify(database.prepare("SELECT * FROM files ORDER BY path").all());
  } catch {
    return null;
  }
}
