import { headerDamages } from "../damage/bytes.ts";
import { brokenSamples, forensicSamples, type Sample } from "../damage/corpora.ts";
import type { Verdict } from "../damage/judge.ts";
import { damages, fieldsOf } from "../damage/kinds.ts";
import { lookAtSamples } from "../damage/look-at-samples.ts";
import type { Trial } from "../damage/stand.ts";
import { tableOf } from "../damage/table.ts";
import { tryOut } from "../damage/trial.ts";

/** Stores in one site, and samples in one. */
const PORTION = 20;

/** What trying the whole matrix takes. */
export interface DamageEffort {
  readonly seed: number;
  /** Places in each field of the matrix; the header's bytes are tried once each. */
  readonly places: number;
  readonly onFailure: (error: unknown) => void;
}

/** Tries every kind of damage in every situation, and prints which look has seen which. */
export async function soakDamage({ seed, places, onFailure }: DamageEffort): Promise<number> {
  const fields = [
    ...Array.from({ length: places }, () => fieldsOf(damages)).flat(),
    ...fieldsOf(headerDamages),
  ];
  const trials = fields.map((field, at): Trial => ({ ...field, seed: seed + at }));
  const verdicts: Verdict[] = [];
  for (let at = 0; at < trials.length; at += PORTION) {
    await tryOut(trials.slice(at, at + PORTION), (verdict) => {
      verdicts.push(verdict);
      for (const fault of verdict.faults) {
        onFailure(`${verdict.name}: ${fault}\n  found: ${verdict.codes.join(", ")}`);
      }
    }).catch(onFailure);
  }
  process.stdout.write(`${tableOf(verdicts)}\n`);
  return verdicts.length;
}

/** Looks at every sample of both corpora. */
export async function soakSamples(onFailure: (error: unknown) => void): Promise<number> {
  const samples: readonly Sample[] = [...brokenSamples, ...forensicSamples];
  for (let at = 0; at < samples.length; at += PORTION) {
    await lookAtSamples(samples.slice(at, at + PORTION)).catch(onFailure);
  }
  return samples.length;
}
