import { copyFileSync, existsSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";

import type { Salvor } from "../../src/app/types.ts";
import type { FullRecoveryDocument } from "../../src/app/look-documents.ts";
import { openSite, type Site } from "../journeys/site.ts";
import { seededRandom } from "../support/random.ts";
import { readContent } from "./content.ts";
import { expectedBack } from "./expected-back.ts";
import { judge, type Verdict } from "./judge.ts";
import { buildShop, tradeOn } from "./shop.ts";
import type { Stand, Trial } from "./stand.ts";
import type { Damage, Victim } from "./types.ts";

/**
 * Damages a store for each trial, all in one site, brings each back with full-recovery, and judges
 * without Salvor what came of it.
 */
export async function tryOut(
  trials: readonly Trial[],
  onVerdict: (verdict: Verdict) => void = () => {},
): Promise<readonly Verdict[]> {
  await using site = await siteFor(trials);
  await using salvor = await site.open();
  const victims = trials.map((trial, at) => buildVictim(site, trial, at));
  await salvor.backup();
  const verdicts: Verdict[] = [];
  for (const [at, trial] of trials.entries()) {
    const victim = victims[at];
    if (victim === undefined) continue;
    const verdict = await tryOne(salvor, trial, { victim, store: storeName(at) });
    onVerdict(verdict);
    verdicts.push(verdict);
  }
  return verdicts;
}

async function tryOne(
  salvor: Salvor,
  trial: Trial,
  { victim, store }: { readonly victim: Victim; readonly store: string },
): Promise<Verdict> {
  const stand = await damageStore(trial, { victim, store });
  if (trial.damage.owner === "acknowledges") await acknowledgeAll(salvor, store);
  const outcome = await recovered(salvor, store);
  return judge(stand, outcome, await readContent(victim.path));
}

async function damageStore(
  trial: Trial,
  { victim, store }: { readonly victim: Victim; readonly store: string },
): Promise<Stand> {
  const random = seededRandom(trial.seed);
  const snapshot = await readContent(victim.path);
  const kept = keepCopy(victim.path);
  if (trial.situation.endsWith("moved on")) tradeOn(victim.path, random);
  const before = await readContent(victim.path);
  trial.damage.apply(victim, random);
  const after = await readContent(victim.path);
  const isBack = trial.damage.expected === "put back";
  const back = isBack ? await expectedBack(victim.path, kept) : null;
  return { trial, store, victim, snapshot, before, after, back };
}

/** What full-recovery said, or what it threw. */
async function recovered(salvor: Salvor, store: string): Promise<FullRecoveryDocument | Error> {
  try {
    return await salvor.fullRecovery({ stores: [store], yes: true, reason: "a trial" });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

async function acknowledgeAll(salvor: Salvor, store: string): Promise<void> {
  const { findings } = await salvor.audit({ stores: [store] });
  for (const { id } of findings) {
    await salvor.acknowledgeFinding({ id, by: "the trial", notes: "on purpose" });
  }
}

function siteFor(trials: readonly Trial[]): Promise<Site> {
  const lines = trials.map(
    ({ damage }, at) =>
      `  ${storeName(at)}: { driver: sqlite, path: ./${storeName(at)}/shop.sqlite${expectOf(damage)} }`,
  );
  return openSite({ stores: {}, more: `${lines.join("\n")}\n` });
}

function expectOf({ owner }: Damage): string {
  return owner === "expects rows" ? ', expect: { "*": { shrinkMax: 1% } }' : "";
}

function storeName(at: number): string {
  return `shop${at}`;
}

function buildVictim(site: Site, { situation, seed }: Trial, at: number): Victim {
  const folder = site.join(storeName(at));
  mkdirSync(folder, { mode: 0o700 });
  return buildShop(join(folder, "shop.sqlite"), situation, seededRandom(seed));
}

/** A copy beside it of what the snapshot has. */
function keepCopy(path: string): string {
  const kept = join(path, "..", "..", "home", `${statSync(path).ino}.sqlite`);
  for (const ending of ["", "-wal"]) {
    if (existsSync(path + ending)) copyFileSync(path + ending, kept + ending);
  }
  return kept;
}
