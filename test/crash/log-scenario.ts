import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { sha256Hex } from "../../src/core/hash.ts";
import { eventLines } from "../../src/stores/event-log/keep/samples.ts";
import { expectSalvor } from "../support/salvor.ts";
import { ENVIRONMENT, type Prepared, type Scenario, type Subject } from "./process-scenarios.ts";

const LIVE = "log";

const CONFIGURATION = `system: crash
state: .salvor
repository:
  path: ./backups
stores:
  history:
    driver: event-log
    path: "./${LIVE}/app.jsonl*"
    checksum: { field: checksum, algorithm: crc32, over: head }
`;

/** A log of three files, between any two of which the command may die: each is old or new. */
const HISTORY: Subject = {
  store: "history",
  live: LIVE,
  contentOf: async (path) => contentOf(path),
  underWay: () => [],
  mayBe: (found, before, after) => {
    const [old, fresh] = [linesOf(before), linesOf(after)];
    const names = new Set([...old, ...fresh].map((line) => line.split(" ")[0]));
    const isEither = linesOf(found).every((line) => old.includes(line) || fresh.includes(line));
    return isEither && linesOf(found).length <= names.size;
  },
};

/** Damage in every file, all of which the snapshot makes good, and events that are newer. */
export const logRecoverScenario: Scenario = {
  name: "recover events one by one",
  args: ["recover", "history", "--yes", "--reason", "crash test"],
  subject: HISTORY,
  prepare: (folder) =>
    prepare(
      folder,
      (live) => {
        const oldest = readFileSync(join(live, "app.jsonl.2.gz"));
        writeFileSync(join(live, "app.jsonl.2.gz"), oldest.subarray(0, oldest.length >> 1));
        const middle = readFileSync(join(live, "app.jsonl.1"));
        writeFileSync(join(live, "app.jsonl.1"), middle.fill(0, 5_000, 5_300));
        writeFileSync(join(live, "app.jsonl"), eventLines(401, 420) + eventLines(431, 450));
      },
      eventLines(401, 450),
    ),
};

/** The log as it was at a snapshot goes into the place of one that went on and was rotated. */
export const logRestoreScenario: Scenario = {
  name: "restore of a log in place",
  args: ["restore", "history@latest", "--in-place", "--yes", "--reason", "crash test"],
  subject: HISTORY,
  prepare: (folder) =>
    prepare(folder, (live) => {
      rmSync(join(live, "app.jsonl.2.gz"));
      writeFileSync(join(live, "app.jsonl.1"), eventLines(401, 460));
      writeFileSync(join(live, "app.jsonl"), eventLines(461, 470));
      writeFileSync(join(live, "app.jsonl.3"), "not of any backup\n");
    }),
};

/** @param mended what the newest file is when it is mended; null: as it was backed up. */
async function prepare(
  folder: string,
  change: (live: string) => void,
  mended: string | null = null,
): Promise<Prepared> {
  const live = join(folder, LIVE);
  mkdirSync(live);
  writeFileSync(join(folder, "salvor.yaml"), CONFIGURATION, { mode: 0o600 });
  const newest = join(live, "app.jsonl");
  const backedUp = eventLines(401, 440);
  writeFileSync(join(live, "app.jsonl.2.gz"), gzipSync(eventLines(1, 200)));
  writeFileSync(join(live, "app.jsonl.1"), eventLines(201, 400));
  writeFileSync(newest, mended ?? backedUp);
  const after = contentOf(live);
  writeFileSync(newest, backedUp);
  const kept = contentOf(live) ?? "";
  const options = { cwd: folder, env: ENVIRONMENT };
  const { snapshots } = (await expectSalvor(0, ["backup", "--json"], options)).json() as {
    snapshots: readonly { store: string; id: string }[];
  };
  const snapshot = snapshots.find(({ store }) => store === HISTORY.store);
  if (snapshot === undefined) throw new Error("the backup made no snapshot");
  change(live);
  return { before: contentOf(live), after, kept: new Map([[snapshot.id, kept]]) };
}

/** Names, modes and bytes of the log's files, seen without Salvor; null when there is none. */
function contentOf(live: string): string | null {
  if (lstatSync(live, { throwIfNoEntry: false }) === undefined) return null;
  const lines = readdirSync(live)
    .filter((name) => name.startsWith("app."))
    .toSorted()
    .map((name) => {
      const path = join(live, name);
      return `${name} ${lstatSync(path).mode.toString(8)} ${sha256Hex(readFileSync(path))}`;
    });
  return lines.length === 0 ? null : lines.join("\n");
}

function linesOf(content: string | null): readonly string[] {
  return content?.split("\n") ?? [];
}
