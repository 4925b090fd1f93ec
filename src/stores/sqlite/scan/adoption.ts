import type { PageFacts } from "./facts.ts";
import { isIndexKind, isTableKind } from "./kinds.ts";
import { nameOf } from "./observations.ts";
import type { Structure } from "./structure.ts";
import type { Tree } from "./trees.ts";
import { treeOf } from "./words.ts";

/** Where orphaned pages seem to belong. */
export interface Home {
  /** Null when more than one would do. */
  readonly tree: Tree | null;
  readonly words: string;
}

const SCHEMA_OWNER = 1;
const NAMES_MAX = 5;
/** Pages of a run that are looked at. */
const SAMPLES_MAX = 4;

/** Whose pages these were before something above them broke; null when nothing that broke fits. */
export function adopt(
  facts: PageFacts,
  structure: Structure,
  run: { readonly from: number; readonly to: number },
): Home | null {
  const { broken } = structure.troubles;
  if (broken.has(SCHEMA_OWNER)) {
    return { tree: null, words: "a table that the damaged schema does not name any more" };
  }
  if (broken.size === 0) return null;
  const homes = new Set<number>();
  const step = Math.ceil((run.to - run.from + 1) / SAMPLES_MAX);
  for (let page = run.from; page <= run.to; page += step) {
    const fitting = candidates(facts, structure, page);
    if (fitting.length === 0) return null;
    for (const owner of fitting) homes.add(owner);
  }
  const [only] = homes;
  if (homes.size === 1 && only !== undefined) {
    const tree = treeOf(structure, only);
    return { tree, words: nameOf(tree) };
  }
  const names = [...homes].slice(0, NAMES_MAX).map((owner) => nameOf(treeOf(structure, owner)));
  return { tree: null, words: names.join(" or ") };
}

function candidates(facts: PageFacts, structure: Structure, page: number): readonly number[] {
  const kind = facts.kind[page] as number;
  const { lost, lostTotal, broken } = structure.troubles;
  const hasRowids = (owner: number): boolean => structure.tallies[owner - 1]?.hasRowids === true;
  // An overflow page, or the like: of whatever lost its cells.
  if (!isTableKind(kind) && !isIndexKind(kind)) return [...broken];
  if (isIndexKind(kind)) return [...broken].filter((owner) => owner > 0 && !hasRowids(owner));
  const isTable = (owner: number): boolean => {
    const most = treeOf(structure, owner)?.columnsMax ?? null;
    const fits = most === null || (facts.columnsMax[page] as number) <= most;
    return owner > 0 && hasRowids(owner) && fits;
  };
  // Where not all lost ranges were kept, any table that lost one will do.
  if (lostTotal > lost.length) return [...broken].filter(isTable);
  const first = facts.firstRowid[page] as bigint;
  const last = facts.lastRowid[page] as bigint;
  return lost
    .filter(({ owner, low, high }) => isTable(owner) && first >= low && last <= high)
    .map(({ owner }) => owner);
}
