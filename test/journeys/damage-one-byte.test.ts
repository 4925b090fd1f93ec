import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";

import fc from "fast-check";

import type { Finding } from "../../src/checks/types.ts";
import { readContent, type Content } from "../damage/content.ts";
import { buildShop, tradeOn } from "../damage/shop.ts";
import type { Situation } from "../damage/types.ts";
import { seededRandom } from "../support/random.ts";
import { SEED } from "../support/seed.ts";
import { openSite, type Site } from "./site.ts";

// Goal: one byte that a disk has changed is found, wherever it lies.
// Method: a byte drawn by seed in each of many stores; then the three looks. Where nothing was
// committed since the snapshot every byte counts. Where something was, a changed value looks like
// any other: then the engine, asked without Salvor, must find every row and no fault either.

const GRAVE = new Set(["critical", "high", "medium"]);
const STORES = 8;
const HEADER = 100;
/**
 * Bytes of the header in which the engine counts its commits: nothing of the content is in them, and
 * another number there says that something was committed. https://www.sqlite.org/fileformat.html
 */
const COUNTERS = [
  [24, 28],
  [92, 96],
] as const;

test(`one changed byte of a store at rest is found, wherever it lies (SEED=${SEED})`, async () => {
  for (const { name, codes } of await flipped("at rest")) {
    assert.ok(codes.length > 0, `${name}: not seen`);
  }
});

test(`one changed byte of a store that has moved on is found, or is a value (SEED=${SEED})`, async () => {
  for (const { name, codes, before, after } of await flipped("moved on")) {
    if (codes.length > 0) continue;
    assert.deepEqual(after.problems, [], `${name}: the engine finds it, and no look`);
    assert.deepEqual(countsOf(after), countsOf(before), name);
    assert.equal(after.schema, before.schema, name);
  }
});

interface Flipped {
  readonly name: string;
  /** Of what was found that is of medium severity or above. */
  readonly codes: readonly string[];
  readonly before: Content;
  readonly after: Content;
}

async function flipped(situation: Situation): Promise<readonly Flipped[]> {
  const names = Array.from({ length: STORES }, (_, at) => `shop${at}`);
  const stores = Object.fromEntries(names.map((name) => [name, `${name}/shop.sqlite`]));
  await using site = await openSite({ stores });
  await using salvor = await site.open();
  for (const name of names) {
    mkdirSync(site.join(name), { recursive: true, mode: 0o700 });
    buildShop(site.database(name), situation, seededRandom(SEED));
  }
  await salvor.backup();
  const flips = fc.sample(fc.record({ place: fc.nat(), mask: fc.integer({ min: 1, max: 255 }) }), {
    seed: SEED,
    numRuns: STORES,
  });
  const told = [];
  for (const [at, { place, mask }] of flips.entries()) {
    const name = names[at] ?? "";
    if (situation === "moved on") tradeOn(site.database(name), seededRandom(SEED + at));
    const before = await readContent(site.database(name));
    const byte = flip(site, name, place, mask);
    const after = await readContent(site.database(name));
    told.push({ store: name, name: `byte ${byte} of ${name} by ${mask}`, before, after });
  }
  await salvor.audit();
  await salvor.integrity();
  const { findings } = await salvor.scan();
  return told.map(({ store, ...each }) => ({ ...each, codes: codesOf(findings, store) }));
}

function flip(site: Site, store: string, place: number, mask: number): number {
  const path = site.database(store);
  const bytes = readFileSync(path);
  const drawn = place % bytes.length;
  const at = COUNTERS.some(([from, to]) => drawn >= from && drawn < to) ? drawn + HEADER : drawn;
  bytes[at] = (bytes[at] ?? 0) ^ mask;
  writeFileSync(path, bytes);
  return at;
}

function codesOf(findings: readonly Finding[], store: string): readonly string[] {
  const grave = findings.filter((each) => each.store === store && GRAVE.has(each.severity));
  return grave.map(({ code }) => code);
}

function countsOf({ tables }: Content): readonly string[] {
  return Object.entries(tables).map(([name, said]) => `${name} ${said.split(" ")[0]}`);
}
