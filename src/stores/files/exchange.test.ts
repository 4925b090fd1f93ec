import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";

import { killedAt, type FailureRule } from "../../../test/crash/recording-disk.ts";
import { treeBench } from "../../../test/support/tree-bench.ts";
import { nodeDisk, type Disk } from "../../core/disk.ts";

// Goal: two trees that change places may be stopped before any operation of theirs: whoever comes next
// ends it, forwards or backwards, and there is one whole live tree, old or new.
// Method: stop before the N-th operation for N = 0, 1, 2, … until nothing is stopped any more.

const signal = AbortSignal.timeout(120_000);

for (const next of ["exchange", "discard"] as const) {
  test(`an exchange of trees that is stopped anywhere is ended by ${next}`, async () => {
    let isStopped = true;
    let stops = 0;
    for (; isStopped; stops += 1) {
      assert.ok(stops < 100, "it is stopped for ever");
      isStopped = await stopAt(stops, next);
    }
    assert.ok(stops > 5, `it was stopped at ${stops} places only`);
  });
}

async function stopAt(place: number, next: "exchange" | "discard"): Promise<boolean> {
  const stop = killedAt(place);
  let isOn = false;
  const disk = failingDisk((...asked) => (isOn ? stop.rule(...asked) : null));
  await using bench = await treeBench({ disk });
  const [path, beside] = [bench.path("live"), bench.path(".live.beside")];
  for (const [root, text] of [
    [path, "old"],
    [beside, "new"],
  ] as const) {
    mkdirSync(root);
    writeFileSync(`${root}/file`, text);
  }
  writeFileSync(`${path}/left.tmp`, "left alone");
  await using live = await bench.open(path, { exclude: ["*.tmp"] });
  const quarantine = await live.quarantine(bench.path("kept"), signal);
  const exchange = (): Promise<void> => live.exchange(beside, quarantine, { unseen: true }, signal);

  isOn = true;
  disk.count = 0;
  const isStopped = await exchange().then(
    () => false,
    () => true,
  );
  isOn = false;
  await using copy = await bench.open(beside, { exclude: ["*.tmp"] });
  if (isStopped && next === "exchange" && (existsSync(beside) || hasMarker(bench.folder)))
    await exchange();
  await copy.discard(signal);
  const text = readFileSync(`${path}/file`, "utf8");
  assert.ok(text === "new" || (isStopped && next === "discard" && text === "old"), text);
  assert.equal(readFileSync(`${path}/left.tmp`, "utf8"), "left alone");
  const rest = readdirSync(bench.folder).filter((name) => name.startsWith(".live"));
  assert.deepEqual(rest, [], `what was stopped at ${place} has left something behind`);
  assert.equal(readFileSync(`${quarantine.address}/file`, "utf8"), "old");
  return isStopped;
}

function hasMarker(folder: string): boolean {
  return readdirSync(folder).includes(".live.beside.exchange");
}

/** The real disk, whose changing operations are counted and may be refused. */
function failingDisk(fails: FailureRule): Disk & { count: number } {
  const disk = {
    ...nodeDisk,
    count: 0,
    open: (...given: Parameters<Disk["open"]>) =>
      ask("open", given[0], () => nodeDisk.open(...given)),
    rename: (from: string, to: string) => ask("rename", to, () => nodeDisk.rename(from, to)),
    remove: (path: string) => ask("remove", path, () => nodeDisk.remove(path)),
    syncFolder: (path: string) => ask("sync", path, () => nodeDisk.syncFolder(path)),
  };
  const ask = async <T>(kind: string, path: string, work: () => Promise<T>): Promise<T> => {
    if (fails(disk.count++, kind, path) !== null) throw new Error("stopped");
    return work();
  };
  return disk;
}
