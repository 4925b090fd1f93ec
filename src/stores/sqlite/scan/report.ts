import type { Observation } from "../../../core/finding.ts";
import type { PageFacts } from "./facts.ts";
import { observe, type Word } from "./observations.ts";
import type { PageReader } from "./page-reader.ts";
import { pageWords } from "./page-words.ts";
import type { Structure } from "./structure.ts";
import { structureWords } from "./structure-words.ts";
import { textWords } from "./text-words.ts";

const OBSERVATIONS_MAX = 1000;
/** Places of one code and one owner that are told one by one. */
const ALIKE_MAX = 50;

/** Words all damage: each place where there are few, and how many more where there are many. */
export function reportDamage(
  reader: PageReader,
  facts: PageFacts,
  structure: Structure,
): readonly Observation[] {
  const told = new Map<string, { count: number; readonly first: Word }>();
  const places = new Set<string>();
  const kept: Word[] = [];
  let untold = missedBy(structure);
  for (const words of [structureWords, pageWords, textWords]) {
    for (const word of words(reader, facts, structure)) {
      // A finding is known by its code and its place: the same place is told once.
      const place = JSON.stringify([word.code, word.tree?.name, word.location]);
      if (places.has(place)) continue;
      if (places.size < OBSERVATIONS_MAX) places.add(place);
      const like = `${word.code} ${word.tree?.type} ${word.tree?.name}`;
      const seen = told.get(like) ?? { count: 0, first: word };
      if (told.size < OBSERVATIONS_MAX) told.set(like, seen);
      seen.count++;
      if (seen.count > ALIKE_MAX) continue;
      if (kept.length < OBSERVATIONS_MAX) kept.push(word);
      else untold++;
    }
  }
  const more = [...told.values()].filter(({ count }) => count > ALIKE_MAX).map(andMore);
  return [...kept, ...more, ...theRest(untold)].map(observe);
}

/** What was counted and not kept while looking. */
function missedBy({ survey, troubles }: Structure): number {
  return (
    survey.runsTotal -
    survey.runs.length +
    (troubles.refusalsTotal - troubles.refusals.length) +
    (troubles.chainsTotal - troubles.chains.length)
  );
}

function andMore({ count, first }: { readonly count: number; readonly first: Word }): Word {
  const description = `${count - ALIKE_MAX} more places like this: ${first.description}`;
  // Another location than any that was told: this one stands for all the others.
  return { ...first, description, location: {}, evidence: `${count} in all` };
}

function theRest(count: number): readonly Word[] {
  if (count === 0) return [];
  const description = `${count} more places are damaged; the page map shows where`;
  return [{ code: "sqlite.scan.more", tree: null, description, location: {} }];
}
