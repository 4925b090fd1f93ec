import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";

import { SalvorError } from "../../../src/core/errors.ts";
import { isJsonObject, type Json } from "../../../src/core/json.ts";
import { showPath } from "../../../src/stores/files/raw-path.ts";
import type { RestoreOptions } from "../../../src/stores/file-comparison.ts";
import type { Amended } from "../../../src/stores/types.ts";
import { differing, factsOf, rowOf, wholeOf, type Fact, type Facts } from "./facts.ts";
import { optionsOf, parentOf, type Trial } from "./trial.ts";
import { contentOf } from "./hostile.ts";

const signalOf = (): AbortSignal => AbortSignal.timeout(100_000);

/** Puts what differs back into the live tree, and judges every name of it. */
export async function tryPutBack(trial: Trial): Promise<void> {
  const { bench, site, store, ground, excludes } = trial;
  const then = factsOf(ground.root, excludes);
  const outside = factsOf(`${site}/outside`, false).own;
  const source = `${site}/source`;
  await using copy = await bench.open(source, optionsOf(trial));
  const isFolder = then.own.get("")?.kind === "folder";
  const wanted = isFolder ? await wantedOf(trial) : {};
  await copy.restore(contentOf(trial.parts), wanted, signalOf());
  const order = {
    kind: "put-back-files",
    source,
    quarantine: `${site}/replaced`,
    wanted,
    unseen: true,
  } as const;
  const work = (dryRun: boolean): Promise<Amended> => store.amend({ ...order, dryRun }, signalOf());
  if (!isFolder) {
    const isMissing = (error: unknown): boolean =>
      error instanceof SalvorError && error.code === "STORE_MISSING";
    await assert.rejects(work(false), isMissing);
    return;
  }
  const planned = await work(true);
  assert.deepEqual(differing(whole(then), whole(factsOf(ground.root, excludes)), wholeOf), []);
  const done = await work(false);
  assert.deepEqual(done, planned, "it did something else than it had said");
  judgePutBack(trial, then, done);
  await copy.discard(signalOf());
  assert.deepEqual(differing(outside, factsOf(`${site}/outside`, false).own, untouched), []);
}

/** All of it, or only what a comparison has named: that comes to the same. */
async function wantedOf({ store, random, parts }: Trial): Promise<RestoreOptions> {
  const { missing, changed } = await store.compareFiles(
    contentOf(parts),
    { exact: false },
    signalOf(),
  );
  const only = [...missing, ...changed];
  return only.length === 0 || random.below(2) === 0 ? {} : { only, alone: true };
}

/** Its other names may come and go. */
function untouched({ kind, mode, mtimeUs, content, size, owner }: Fact): string {
  return JSON.stringify([kind, mode, String(mtimeUs), content, size, owner]);
}

function whole({ own, left }: Facts): ReadonlyMap<string, Fact> {
  return new Map([...own, ...left]);
}

function judgePutBack(trial: Trial, then: Facts, amended: Amended): void {
  const { before, ground, excludes, owners, site } = trial;
  const now = factsOf(ground.root, excludes);
  const [told] = amended.collections;
  assert.ok(told);
  const refused = new Set(told.refused.map(({ key }) => pathIn(key)));
  const back = new Set(told.keys.map(pathIn));
  for (const [path, fact] of before.own) {
    const shown = showPath(path);
    if (refused.has(shown)) {
      assert.ok(isJustified(path, fact, trial, then), `${shown} was refused for nothing`);
      continue;
    }
    const isBack = now.own.get(path);
    assert.ok(isBack, `${shown} is not back`);
    // A first name that was refused has left its others without it.
    const mates = fact.first !== null && refused.has(showPath(fact.first));
    const show = (each: Fact): string => rowOf(mates ? { ...each, first: null } : each, owners);
    assert.equal(show(isBack), show(fact), `${shown} is not what it was`);
    const old = then.own.get(path);
    if (old !== undefined && rowOf(old, owners) !== rowOf(fact, owners)) assert.ok(back.has(shown));
    if (old === undefined) assert.ok(back.has(shown), `${shown} came back untold`);
  }
  judgeOthers(trial, then, now);
  judgeKept(`${site}/replaced`, then, amended);
}

function pathIn(key: Json): Json | undefined {
  return isJsonObject(key) ? key["path"] : undefined;
}

/** Something that a tree leaves alone is in the way. */
function isJustified(path: string, fact: Fact, { before }: Trial, then: Facts): boolean {
  const names = [...before.own].filter(
    ([other, { first }]) => other === path || (first ?? other) === (fact.first ?? path),
  );
  return names.some(([name]) => {
    for (let at = name; at !== ""; at = parentOf(at)) if (then.left.has(at)) return true;
    return [...then.left.keys()].some((each) => each.startsWith(`${name}/`));
  });
}

/** What is no part of the snapshot stays, but below what has become something else. */
function judgeOthers({ before }: Trial, then: Facts, now: Facts): void {
  for (const [path, fact] of whole(then)) {
    if (before.own.has(path)) continue;
    const isBelow = [...before.own].some(
      ([other, { kind }]) => kind !== "folder" && path.startsWith(`${other}/`),
    );
    const stays = now.own.get(path) ?? now.left.get(path);
    if (isBelow && stays === undefined) continue;
    assert.ok(stays, `${JSON.stringify(path)} is gone`);
    const show = fact.kind === "folder" ? folderOf : untouched;
    assert.equal(show(stays), show(fact), `${JSON.stringify(path)} was changed`);
  }
}

function folderOf({ kind, mode, owner }: Fact): string {
  return JSON.stringify([kind, mode, owner]);
}

/** All that was replaced lies in quarantine as it was. */
function judgeKept(folder: string, then: Facts, { replaced = [] }: Amended): void {
  if (replaced.length === 0) return assert.ok(!existsSync(folder));
  const [name] = readdirSync(folder);
  const kept = factsOf(`${folder}/${name}`, false).own;
  for (const [path, fact] of then.own) {
    if (!replaced.includes(showPath(path))) continue;
    const copy = kept.get(path);
    assert.ok(copy, `${JSON.stringify(path)} is not in quarantine`);
    assert.equal(untouched(copy), untouched(fact));
  }
}

/** Exchanges the live tree for a restored one, and takes that back. */
export async function tryExchange(trial: Trial): Promise<void> {
  const { bench, site, store, ground, excludes, before } = trial;
  const then = factsOf(ground.root, excludes);
  const outside = factsOf(`${site}/outside`, false).own;
  const beside = `${site}/.live.beside`;
  await using copy = await bench.open(beside, optionsOf(trial));
  await copy.restore(contentOf(trial.parts), {}, signalOf());
  const quarantine = await store.quarantine(`${site}/quarantine`, signalOf());
  await store.exchange(beside, quarantine, { unseen: true }, signalOf());
  const swapped = factsOf(ground.root, excludes);
  assert.deepEqual(differing(before.own, swapped.own, wholeOf), []);
  const isThere = inodesBelow(site);
  for (const [path, { inode }] of then.left)
    assert.ok(isThere.has(inode), `${JSON.stringify(path)}, which is left alone, is gone`);
  await store.putBack(quarantine, { unseen: true }, signalOf());
  const now = factsOf(ground.root, excludes);
  assert.deepEqual(differing(then.own, now.own, wholeOf), []);
  const carried = [...then.left].filter(([path]) => swapped.left.has(path));
  for (const [path, fact] of carried) {
    const stays = now.left.get(path);
    assert.equal(stays?.inode, fact.inode, `${JSON.stringify(path)} is another one`);
  }
  assert.deepEqual(differing(outside, factsOf(`${site}/outside`, false).own, untouched), []);
}

function inodesBelow(site: string): ReadonlySet<bigint> {
  return new Set([...whole(factsOf(site, false)).values()].map(({ inode }) => inode));
}
