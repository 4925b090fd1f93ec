import type { PageRun } from "../../facts.ts";
import { type Claims, Role, Trouble } from "./claims.ts";
import type { PageFacts } from "./facts.ts";
import { isTorn } from "./kinds.ts";

/** Neighbouring pages with one trouble and one owner. */
export interface TroubleRun {
  readonly trouble: number;
  readonly owner: number;
  /** The flaw of the first one, where they are damaged inside. */
  readonly isTorn: boolean;
  readonly from: number;
  readonly to: number;
}

/** All pages, counted and mapped. */
export interface Survey {
  readonly pages: Readonly<Record<string, number>>;
  readonly pageMap: readonly PageRun[];
  readonly runs: readonly TroubleRun[];
  readonly runsTotal: number;
  /** Pages in trouble by owner: 0 for those of no tree. */
  readonly troubledOwners: ReadonlySet<number>;
}

const MAP_RUNS_MAX = 10_000;
const RUNS_MAX = 10_000;

/** Nothing leads to these: they lie behind the end that the header counts. */
const SPARE = "spare";

const VERDICTS: Readonly<Record<number, string>> = {
  [Trouble.none]: "sound",
  [Trouble.inside]: "damaged",
  [Trouble.zeroed]: "zeroed",
  [Trouble.kind]: "misplaced",
  [Trouble.order]: "misplaced",
  [Trouble.foreign]: "misplaced",
  [Trouble.depth]: "misplaced",
  [Trouble.shared]: "shared",
  [Trouble.link]: "damaged",
  [Trouble.child]: "damaged",
  [Trouble.unowned]: "unowned",
  [Trouble.trunk]: "damaged",
  [Trouble.map]: "damaged",
};

/** Blames pages that nobody owns, then gathers neighbours. `end` is the last page that counts. */
export function survey(facts: PageFacts, claims: Claims, end: number): Survey {
  const pages: Record<string, number> = {};
  const pageMap: PageRun[] = [];
  const runs: TroubleRun[] = [];
  const troubledOwners = new Set<number>();
  let runsTotal = 0;
  for (let page = 1; page <= claims.pageCount; page++) {
    const isOwned = claims.role[page] !== Role.none;
    if (!isOwned && page <= end) claims.blame(page, Trouble.unowned);
    const verdict = isOwned || page <= end ? verdictOf(facts, claims, page) : SPARE;
    pages[verdict] = (pages[verdict] ?? 0) + 1;
    if (claims.trouble[page] === Trouble.none) continue;
    troubledOwners.add(claims.owner[page] as number);
    extendMap(pageMap, page, verdict);
    runsTotal += extendRuns(runs, runOf(facts, claims, page)) ? 0 : 1;
  }
  return { pages, pageMap, runs, runsTotal, troubledOwners };
}

function verdictOf(facts: PageFacts, claims: Claims, page: number): string {
  const trouble = claims.trouble[page] as number;
  const isTree = trouble === Trouble.inside || trouble === Trouble.kind;
  if (isTree && isTorn(facts.flaw[page] as number)) return "torn";
  return VERDICTS[trouble] ?? "damaged";
}

function extendMap(map: PageRun[], page: number, verdict: string): void {
  const last = map.at(-1);
  if (last?.verdict === verdict && last.pages[1] === page - 1)
    map[map.length - 1] = { verdict, pages: [last.pages[0], page] };
  else if (map.length < MAP_RUNS_MAX) map.push({ verdict, pages: [page, page] });
}

function runOf(facts: PageFacts, claims: Claims, page: number): TroubleRun {
  const trouble = claims.trouble[page] as number;
  const isTree = trouble === Trouble.inside || trouble === Trouble.kind;
  return {
    trouble,
    owner: claims.owner[page] as number,
    isTorn: isTree && isTorn(facts.flaw[page] as number),
    from: page,
    to: page,
  };
}

/** True when it went on with the last run. */
function extendRuns(runs: TroubleRun[], next: TroubleRun): boolean {
  const last = runs.at(-1);
  const goesOn =
    last?.to === next.from - 1 &&
    last.trouble === next.trouble &&
    last.owner === next.owner &&
    last.isTorn === next.isTorn;
  if (goesOn) runs[runs.length - 1] = { ...last, to: next.to };
  else if (runs.length < RUNS_MAX) runs.push(next);
  return goesOn;
}
