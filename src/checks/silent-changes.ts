import type { Observation } from "../core/finding.ts";
import { moment, shortId } from "../core/text.ts";

/** Pages that are not as a snapshot has them, although nothing was committed since. */
export interface SilentChanges {
  /** From 1, both inclusive. */
  readonly ranges: readonly (readonly [from: number, to: number])[];
  readonly snapshot: { readonly id: string; readonly createdAt: string };
}

/** So many stretches of pages are told one by one. */
const RANGES_MAX = 100;

/** One observation for each stretch of such pages; the last one tells how many more there are. */
export function silentChangeObservations(changes: SilentChanges): readonly Observation[] {
  const { ranges } = changes;
  const told = ranges.slice(0, RANGES_MAX).map((pages) => observe(pages, changes));
  const [first] = ranges.slice(RANGES_MAX);
  const last = ranges.at(-1);
  if (first === undefined || last === undefined) return told;
  return [...told, observe([first[0], last[1]], changes, ranges.length - RANGES_MAX)];
}

function observe(
  pages: readonly [from: number, to: number],
  { snapshot }: SilentChanges,
  stretches = 1,
): Observation {
  const [from, to] = pages;
  const which = from === to ? `page ${from}` : `pages ${from} to ${to}`;
  const where = stretches === 1 ? which : `${stretches} more stretches within ${which}`;
  const name = `snapshot ${shortId(snapshot.id)} of ${moment(snapshot.createdAt)}`;
  return {
    code: "page.changed-silently",
    title: "Pages changed although nothing was committed",
    description: `${where} differ from ${name}, although no transaction was committed since: a disk, or another program, changed them`,
    severity: "high",
    category: "corruption",
    location: { pages: [from, to] },
    evidence: "",
    remedies: ["restore-beside", "exchange"],
  };
}
