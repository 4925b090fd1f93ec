import { adopt } from "./adoption.ts";
import { Trouble } from "./claims.ts";
import type { PageFacts } from "./facts.ts";
import { FLAW_WORDS, isIndexKind, isTableKind, Kind } from "./kinds.ts";
import { nameOf, type ScanCode, type Word } from "./observations.ts";
import type { PageReader } from "./page-reader.ts";
import type { Structure } from "./structure.ts";
import type { TroubleRun } from "./survey.ts";
import { pagesAt, rowidsAt, rowidsInWords, treeOf } from "./words.ts";

/** What stands in the lists of what goes wrong between pages is not told a second time. */
const TOLD_ELSEWHERE: ReadonlySet<number> = new Set([
  Trouble.shared,
  Trouble.link,
  Trouble.child,
  Trouble.map,
]);

const CODES: Readonly<Record<number, ScanCode>> = {
  [Trouble.inside]: "sqlite.page.damaged",
  [Trouble.zeroed]: "sqlite.page.zeroed",
  [Trouble.kind]: "sqlite.page.kind",
  [Trouble.order]: "sqlite.page.order",
  [Trouble.foreign]: "sqlite.page.foreign",
  [Trouble.depth]: "sqlite.tree.depth",
  [Trouble.trunk]: "sqlite.freelist.chain",
};

/** Words the pages in trouble, neighbours together. */
export function* pageWords(
  _reader: PageReader,
  facts: PageFacts,
  structure: Structure,
): Generator<Word> {
  for (const run of structure.survey.runs) {
    if (TOLD_ELSEWHERE.has(run.trouble)) continue;
    yield run.trouble === Trouble.unowned
      ? unownedWord(facts, structure, run)
      : troubleWord(facts, structure, run);
  }
}

function troubleWord(facts: PageFacts, structure: Structure, run: TroubleRun): Word {
  const tree = treeOf(structure, run.owner);
  const evidence = evidenceOf(facts, run);
  const range = rowidsOf(facts, structure, run);
  const where = run.from === run.to ? `page ${run.from}` : `pages ${run.from} to ${run.to}`;
  const of = tree === null ? "" : ` of ${nameOf(tree)}`;
  const lost = range === null ? "" : `; ${rowidsInWords(range.low, range.high)} should lie there`;
  return {
    code: run.isTorn ? "sqlite.page.torn" : (CODES[run.trouble] ?? "sqlite.page.damaged"),
    tree,
    description: `${where}${of}: ${evidence}${lost}`,
    location: {
      ...pagesAt(run.from, run.to),
      ...(range === null ? {} : rowidsAt(range.low, range.high)),
    },
    evidence,
  };
}

/** What the first page of a run shows. */
function evidenceOf(facts: PageFacts, { trouble, from, isTorn }: TroubleRun): string {
  const kind = facts.kind[from] as number;
  const flaw = FLAW_WORDS[facts.flaw[from] as number]?.(facts.flawAt[from] as number);
  const page = `page ${from}`;
  if (isTorn) return `${page} ${flaw}`;
  if (trouble === Trouble.inside) return `${page} ${kind === Kind.other ? NO_TREE : flaw}`;
  switch (trouble) {
    case Trouble.zeroed:
      return `${page} holds nothing but zeros`;
    case Trouble.kind:
      return `${page} is ${KIND_WORDS[kind] ?? "something else"}`;
    case Trouble.order:
      return `${page} has row ids that its place does not allow`;
    case Trouble.foreign:
      return `${page} has records that are not those of its neighbours`;
    case Trouble.depth:
      return `${page} lies on another level than its neighbours`;
    default:
      return `${page} names more pages than fit`;
  }
}

const NO_TREE = "is no page of a table or an index";

const KIND_WORDS: Readonly<Record<number, string>> = {
  [Kind.leafTable]: "a leaf of a table with row ids",
  [Kind.interiorTable]: "an interior page of a table with row ids",
  [Kind.leafIndex]: "a leaf of an index",
  [Kind.interiorIndex]: "an interior page of an index",
};

interface Rowids {
  readonly low: bigint;
  readonly high: bigint;
}

/** The row ids that a run holds, or should hold; null where there are none. */
function rowidsOf(facts: PageFacts, structure: Structure, run: TroubleRun): Rowids | null {
  if (structure.tallies[run.owner - 1]?.hasRowids !== true) return null;
  let low = facts.firstRowid[run.from] as bigint;
  let high = facts.lastRowid[run.from] as bigint;
  for (let page = run.from + 1; page <= run.to; page++) {
    const first = facts.firstRowid[page] as bigint;
    const last = facts.lastRowid[page] as bigint;
    if (first < low) low = first;
    if (last > high) high = last;
  }
  return low <= high ? { low, high } : null;
}

function unownedWord(facts: PageFacts, structure: Structure, run: TroubleRun): Word {
  const where = run.from === run.to ? `page ${run.from}` : `pages ${run.from} to ${run.to}`;
  const kind = kindOf(facts.kind[run.from] as number);
  const home = adopt(facts, structure, run);
  const location = pagesAt(run.from, run.to);
  const evidence = `page ${run.from} is ${kind}`;
  if (home === null) {
    const description = `nothing leads to ${where}, and the list of free pages has none of it`;
    return { code: "sqlite.page.unowned", tree: null, description, location, evidence };
  }
  const description = `nothing leads to ${where} any more; before the damage it belonged, it seems, to ${home.words}`;
  return { code: "sqlite.page.orphaned", tree: home.tree, description, location, evidence };
}

function kindOf(kind: number): string {
  if (isTableKind(kind)) return "a page of a table";
  if (isIndexKind(kind)) return "a page of an index";
  return kind === Kind.zero ? "all zeros" : "no page of a table or an index";
}
