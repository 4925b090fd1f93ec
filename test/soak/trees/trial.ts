import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";

import { SalvorError } from "../../../src/core/errors.ts";
import { showPath } from "../../../src/stores/files/raw-path.ts";
import type { Store } from "../../../src/stores/types.ts";
import { seededRandom, type Random } from "../../support/random.ts";
import type { TreeBench } from "../../support/tree-bench.ts";
import { differing, EXCLUDE, factsOf, rowOf, wholeOf, type Fact, type Facts } from "./facts.ts";
import { growTree, type Ground, type Specials } from "./grow.ts";
import { contentOf, holdParts, hurtParts, type HeldPart } from "./hostile.ts";
import { hurtRoot, hurtTree } from "./hurt.ts";

/** One tree that is tried: what it was, and what a snapshot holds of it. */
export interface Trial {
  readonly bench: TreeBench;
  /** Folder that holds the tree, and another one that links lead to. */
  readonly site: string;
  readonly ground: Ground;
  readonly random: Random;
  readonly excludes: boolean;
  readonly owners: boolean;
  readonly store: Store;
  readonly before: Facts;
  parts: readonly HeldPart[];
}

/** Hostile contents that are tried with each tree. */
export const HOSTILE_EACH = 3;

/** Longer than any of it takes on a machine that is out of breath. */
const signalOf = (): AbortSignal => AbortSignal.timeout(100_000);

/** Grows a tree in a folder of its own. */
export async function growTrial(
  bench: TreeBench,
  name: string,
  { seed, specials }: { readonly seed: number; readonly specials: Specials },
): Promise<Trial> {
  const random = seededRandom(seed);
  const site = bench.path(name);
  mkdirSync(`${site}/outside`, { recursive: true });
  for (const file of ["precious", "linked", "a"]) writeFileSync(`${site}/outside/${file}`, file);
  const ground = { root: `${site}/live`, random, specials };
  const [excludes, owners] = [random.below(3) === 0, random.below(3) === 0];
  growTree(ground);
  const options = optionsOf({ excludes, owners });
  const store = await bench.open(ground.root, options);
  const before = factsOf(ground.root, excludes);
  return { bench, site, ground, random, excludes, owners, store, before, parts: [] };
}

/** How the tree of a trial is opened, wherever it lies. */
export function optionsOf({ excludes, owners }: Pick<Trial, "excludes" | "owners">) {
  return { exclude: excludes ? EXCLUDE : [], owners: owners ? "compared" : "recorded" };
}

/** Captures the tree, and restores it beside. */
export async function tryRoundTrip(trial: Trial): Promise<void> {
  const { store, before, bench, site, ground } = trial;
  const signal = signalOf();
  await using image = await store.capture({ exclusive: false }, signal);
  const { receipt } = await image.seal({ portable: false }, signal);
  trial.parts = await holdParts(image, signal);
  assert.equal(receipt.consistency, "stable");
  assert.equal(receipt.collections["files"]?.count, before.own.size);
  assert.equal(new Set([...before.own.keys()].map(showPath)).size, before.own.size);
  const tops = [...before.left.keys()].filter((path) => before.own.has(parentOf(path)));
  assert.equal(image.description["leftAlone"], tops.length);

  await using copy = await bench.open(`${site}/copy`, optionsOf(trial));
  const content = contentOf(trial.parts, 1 + trial.random.below(5_000));
  await copy.restore(content, {}, signal);
  const copied = factsOf(`${site}/copy`, trial.excludes);
  assert.deepEqual(differing(before.own, copied.own, wholeOf), []);
  assert.equal(copied.left.size, 0);
  for (const [path, { size, taken }] of before.own) {
    const isMore = taken < size && (copied.own.get(path)?.taken ?? 0) > taken;
    assert.ok(!isMore, `${JSON.stringify(path)} has lost its holes`);
  }
  const compared = await copy.compareFiles(content, { exact: true }, signal);
  const { listed, actual, missing, changed, extra } = compared;
  assert.deepEqual([missing, changed, extra], [[], [], []]);
  assert.deepEqual(listed, receipt.collections["files"]);
  assert.deepEqual(actual, listed);
  assert.deepEqual(
    differing(before.own, factsOf(ground.root, trial.excludes).own, wholeOf),
    [],
    "the live tree was changed",
  );
}

/** What a content that is not right may be answered with. */
const ANSWERS: ReadonlySet<string> = new Set(["BACKUP_DAMAGED", "NOT_FOUND", "REFUSED"]);

/** Restores contents that somebody has tampered with; how each of them ended. */
export async function tryHostile(trial: Trial): Promise<readonly string[]> {
  const endings: string[] = [];
  for (let count = 0; count < HOSTILE_EACH; count += 1) endings.push(await tryOneHostile(trial));
  return endings;
}

async function tryOneHostile({ bench, site, random, parts, before }: Trial): Promise<string> {
  const hurt = hurtParts(parts, random, site);
  const content = contentOf(hurt, 1 + random.below(5_000));
  const path = [...before.own.keys()].map(showPath)[random.below(before.own.size)] ?? "";
  const choice = random.below(4) === 0 && path !== "" ? { only: [path] } : {};
  const around = factsOf(site, false);
  await using target = await bench.open(`${site}/hostile`);
  const told = JSON.stringify(hurt.map(({ name, size, bytes }) => [name, size, String(bytes)]));
  const ending = await target.restore(content, choice, signalOf()).then(
    () => "restored",
    (error: unknown) => endingOf(error, told),
  );
  if (ending === "restored") {
    judgeRestored(`${site}/hostile`, hurt, "only" in choice);
    await target.discard(signalOf());
  }
  await target.compareFiles(content, { exact: false }, signalOf()).catch((error: unknown) => {
    endingOf(error, told);
  });
  const now = factsOf(site, false);
  const touched = differing(withoutRoot(around), withoutRoot(now), wholeOf);
  if (touched.length > 0) throw new Error(`${touched.join("\n")}\n${ending} for ${told}`);
  return ending;
}

function endingOf(error: unknown, told: string): string {
  if (error instanceof SalvorError && ANSWERS.has(error.code)) return error.code;
  throw new Error(`${String(error)} for ${told.slice(0, 5_000)}`, { cause: error });
}

/** Its time tells of drafts that came and went. */
function withoutRoot({ own, left }: Facts): ReadonlyMap<string, Fact> {
  return new Map([...own, ...left].filter(([path]) => path !== ""));
}

/** What was restored in spite of all has to be what its entries say. */
function judgeRestored(root: string, [entries]: readonly HeldPart[], isPart: boolean): void {
  const { own, left } = factsOf(root, false);
  assert.equal(left.size, 0);
  const lines = String(entries?.bytes).split("\n").slice(0, -1);
  const listed = new Map(lines.map((line) => entryOf(line)));
  if (!isPart) assert.equal(listed.size, own.size);
  for (const [path, { kind, content }] of own) {
    const said = listed.get(path);
    assert.equal(said?.["kind"], kind, JSON.stringify(path));
    if (kind === "file") assert.equal(said["sha256"], content, JSON.stringify(path));
  }
}

function entryOf(line: string): [string, Record<string, unknown>] {
  const entry = JSON.parse(line) as Record<string, unknown>;
  const path = entry["path"] as string | { readonly $bytes: string };
  const bytes = typeof path === "string" ? Buffer.from(path) : Buffer.from(path.$bytes, "base64");
  return [bytes.toString("latin1"), entry];
}

/** Damages the live tree; whether it is still a folder. */
export function hurtTrial({ ground, random, before }: Trial): boolean {
  if (random.below(40) === 0) {
    hurtRoot(ground);
    return false;
  }
  hurtTree(ground, before);
  return existsSync(ground.root);
}

/** Looks at what lies there in all three ways; nothing of it changes. */
export async function tryLooks({ store, ground, excludes }: Trial): Promise<void> {
  const signal = signalOf();
  const then = factsOf(ground.root, excludes);
  await using specimen = await store.hold(signal);
  const isFolder = then.own.get("")?.kind === "folder";
  for (const kind of ["audit", "integrity", "scan"] as const) {
    const { complete, checked } = await specimen.inspect(kind, signal);
    assert.equal(complete, isFolder);
    if (isFolder) assert.equal(checked, then.own.size);
  }
  assert.equal(specimen.image !== null, isFolder);
  assert.deepEqual(differing(then.own, factsOf(ground.root, excludes).own, wholeOf), []);
}

/** Compares the live tree with the snapshot; what must be named is. */
export async function tryComparison(trial: Trial): Promise<void> {
  const { store, ground, before, excludes, owners, parts } = trial;
  const now = factsOf(ground.root, excludes).own;
  const row = (fact: Fact | undefined): string | null =>
    fact === undefined ? null : rowOf(fact, owners);
  const found = await store.compareFiles(contentOf(parts), { exact: false }, signalOf());
  const paths = [...before.own.keys()];
  const expected = {
    missing: paths.filter((path) => !now.has(path)),
    changed: paths.filter(
      (path) => now.has(path) && row(now.get(path)) !== row(before.own.get(path)),
    ),
    extra: [...now.keys()].filter((path) => !before.own.has(path)),
  };
  for (const name of ["missing", "changed", "extra"] as const) {
    assert.deepEqual(found[name].toSorted(), expected[name].map(showPath).toSorted(), name);
  }
}

/** The folder that holds a path. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}
