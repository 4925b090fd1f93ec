import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { sha256Hex } from "../../src/core/hash.ts";
import { openSite, type Site } from "../journeys/site.ts";
import { readContent } from "./content.ts";
import type { Sample } from "./corpora.ts";

const GRAVE = new Set(["critical", "high", "medium"]);

/** What the looks have shown of one sample. */
export interface SampleVerdict {
  readonly name: string;
  readonly codes: readonly string[];
  /** What the engine complains of when it is asked without Salvor. */
  readonly engine: readonly string[];
}

/**
 * Looks at samples through audit, integrity and scan, and holds all of them to: no crash, no hang,
 * no byte changed, nothing left beside, and nothing called sound that the engine finds broken.
 */
export async function lookAtSamples(samples: readonly Sample[]): Promise<readonly SampleVerdict[]> {
  const stores = Object.fromEntries(samples.map((_, at) => [`s${at}`, join(`s${at}`, "live.db")]));
  await using site = await openSite({ stores });
  for (const [at, sample] of samples.entries()) {
    mkdirSync(site.join(`s${at}`), { recursive: true, mode: 0o700 });
    writeFileSync(site.database(`s${at}`), sample.bytes(), { mode: 0o600 });
  }
  const before = samples.map((_, at) => fingerprintOf(site, `s${at}`));
  await using salvor = await site.open();
  await salvor.audit();
  await salvor.integrity();
  const { findings } = await salvor.scan();
  const verdicts: SampleVerdict[] = [];
  for (const [at, { name }] of samples.entries()) {
    assert.deepEqual(fingerprintOf(site, `s${at}`), before[at], `${name} was changed`);
    const found = findings.filter(({ store }) => store === `s${at}`);
    const { problems } = await readContent(site.database(`s${at}`));
    const isCalledSound = !found.some(({ severity }) => GRAVE.has(severity));
    const said = `${name} is called sound, but the engine says: ${problems.join("; ")}`;
    assert.ok(problems.length === 0 || !isCalledSound || isUnchecked(problems), said);
    const codes = found.map(({ code, severity }) => `${code} (${severity})`);
    verdicts.push({ name, codes, engine: problems });
  }
  return verdicts;
}

/** What only the engine's own build lacks is no damage. */
function isUnchecked(problems: readonly string[]): boolean {
  return problems.every((each) => /no such (module|function|collation|tokenizer)/.test(each));
}

/** Every file of a store's folder with its digest. */
function fingerprintOf(site: Site, store: string): readonly string[] {
  const folder = site.join(store);
  return readdirSync(folder).map(
    (name) => `${name} ${sha256Hex(readFileSync(join(folder, name)))}`,
  );
}
