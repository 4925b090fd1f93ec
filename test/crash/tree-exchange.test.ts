import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { memoryFolder } from "../support/folder.ts";
import { treeBench } from "../support/tree-bench.ts";
import { everyCrashState, type CrashState } from "./crash-states.ts";
import { materialise } from "./disk-image.ts";
import { recordDisk } from "./recording-disk.ts";

// Goal: two trees that change places may lose power at any moment: whoever comes next finds what it needs
// to put a whole tree there, the new one once that was promised.
// Method: do it on a disk that writes everything down, and end it from every state that it may leave.

const signal = AbortSignal.timeout(120_000);
const [LIVE, BESIDE] = ["etc", ".etc.beside"];
const TREES = { old: LIVE, new: BESIDE } as const;

test("an exchange of trees survives a power cut anywhere", async () => {
  await using folder = await memoryFolder();
  for (const [text, name] of Object.entries(TREES)) makeTree(folder.join(name), text);
  await using kept = await memoryFolder();
  await using before = await treeBench({ folder: folder.path });
  await using whole = await before.open(before.path(LIVE));
  const quarantine = await whole.quarantine(kept.join("kept"), signal);
  const recording = await recordDisk(folder.path);
  await using bench = await treeBench({ folder: folder.path, disk: recording.disk });
  await using live = await bench.open(bench.path(LIVE));
  await live.exchange(bench.path(BESIDE), quarantine, { unseen: true }, signal);
  recording.mark("exchanged");

  const states = [...everyCrashState(recording)];
  assert.ok(states.length > 10, `only ${states.length} states were looked at`);
  const broken: string[] = [];
  for (const state of states) broken.push(...(await judge(state, folder.path)));
  assert.deepEqual(broken.slice(0, 3), []);
});

function makeTree(root: string, text: string): void {
  mkdirSync(join(root, "folder"), { recursive: true });
  for (const name of ["first", "folder/second"]) writeFileSync(join(root, name), text);
}

async function judge(
  { image, marks, story }: CrashState,
  recordedIn: string,
): Promise<readonly string[]> {
  await using folder = await memoryFolder();
  await materialise(image, folder.path);
  moveMarker(folder.join(`${BESIDE}.exchange`), recordedIn, folder.path);
  const found = treeIn(folder.join(LIVE));
  await using bench = await treeBench({ folder: folder.path });
  await using beside = await bench.open(bench.path(BESIDE));
  await beside.discard(signal);
  const ended = treeIn(folder.join(LIVE));
  const problems: string[] = [];
  if (found === "torn") problems.push("before it is ended, the live tree is neither old nor new");
  if (ended !== "old" && ended !== "new") problems.push(`it ends with a tree that is ${ended}`);
  if (marks.length > 0 && ended !== "new") problems.push("what was promised is gone");
  if (existsSync(folder.join(BESIDE))) problems.push("the tree beside is left");
  return problems.map((problem) => `${problem}:\n${story.join("\n")}`);
}

/** It names the live tree by its path, and is believed in its own folder only. */
function moveMarker(path: string, from: string, to: string): void {
  if (existsSync(path)) writeFileSync(path, readFileSync(path, "utf8").replaceAll(from, to));
}

function treeIn(root: string): "old" | "new" | "torn" | "away" {
  if (!existsSync(root)) return "away";
  const names = readdirSync(root, { recursive: true, encoding: "utf8" }).toSorted();
  const texts = ["first", "folder/second"].map((name) => readFileSync(join(root, name), "utf8"));
  const isWhole = names.join() === "first,folder,folder/second" && texts[0] === texts[1];
  return isWhole && (texts[0] === "old" || texts[0] === "new") ? texts[0] : "torn";
}
