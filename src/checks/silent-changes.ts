import type { Observation } from "../core/finding.ts";
import { moment, shortId } from "../core/text.ts";

/** Pages from one number to another, from 1, both inclusive. */
export type PageRange = readonly [from: number, to: number];

/** Pages that are not as a snapshot has them, although nothing was committed since. */
export interface SilentChanges {
  readonly ranges: readonly PageRange[];
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

function observe(pages: PageRange, { snapshot }: SilentChanges, stretches = 1): Observation {
  const [from, to] = pages;
  const which = from === to ? `page ${from}` : `pages ${from} to ${to}`;
  const where = stretches === 1 ? which : `${stretches} more stretches within ${which}`;
  const name = `snapshot ${shortId(snapshot.id)} of ${moment(snapshot.createdAt)}`;
  return {
    code: "page.changed-silently",
    title: "Pages changed although nothing was committed",
    description: `${where} ${from === to ? "differs" : "differ"} from ${name}, although no transaction was committed since: a disk, or another program, changed them`,
    severity: "high",
    category: "corruption",
    location: { pages: [from, to] },
    evidence: "",
    remedies: ["restore-beside", "exchange"],
  };
}

/**
 * What is left of the ranges without the pages that observations name: these say more about them, and
 * know what mends them.
 *
 * @param ranges in order, none touching another.
 */
export function unexplainedPages(
  ranges: readonly PageRange[],
  observations: readonly Observation[],
): readonly PageRange[] {
  const named = observations
    .map(({ location: { page, pages } }) => pages ?? (page === undefined ? null : range(page)))
    .filter((each) => each !== null)
    .toSorted(([a], [b]) => a - b);
  return ranges.flatMap((each) => without(each, named));
}

function range(page: number): PageRange {
  return [page, page];
}

function without([from, to]: PageRange, named: readonly PageRange[]): readonly PageRange[] {
  const left: PageRange[] = [];
  let at = from;
  for (const [first, last] of named) {
    if (last < at) continue;
    if (first > to) break;
    if (first > at) left.push([at, first - 1]);
    at = last + 1;
  }
  return at > to ? left : [...left, [at, to]];
}
