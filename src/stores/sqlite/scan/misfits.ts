import { type Claims, Role, Trouble } from "./claims.ts";
import type { PageFacts } from "./facts.ts";
import type { Tree } from "./trees.ts";
import type { TreeTally } from "./tree-walk.ts";

const COLUMNS_LIMIT = 32_768;

/**
 * Blames pages whose records cannot be of the tree that they lie in: sound by themselves, but of
 * another table. An index has as many columns in each entry, and most pages tell how many.
 */
export function blameMisfits(
  trees: readonly Tree[],
  facts: PageFacts,
  claims: Claims,
  tallies: readonly TreeTally[],
): void {
  const usual = usualColumns(trees, facts, claims);
  for (let page = 1; page <= claims.pageCount; page++) {
    if (claims.role[page] !== Role.tree || claims.trouble[page] !== Trouble.none) continue;
    const owner = claims.owner[page] as number;
    const tree = trees[owner - 1];
    if (tree === undefined || !isMisfit(tree, facts, page, usual.get(owner) ?? null)) continue;
    claims.blame(page, Trouble.foreign);
    const tally = tallies[owner - 1];
    if (tally !== undefined) tally.isWhole = false;
  }
}

function isMisfit(tree: Tree, facts: PageFacts, page: number, usual: number | null): boolean {
  const most = facts.columnsMax[page] as number;
  if (most === 0) return false;
  if (usual !== null) return most !== usual || facts.columnsMin[page] !== usual;
  if (tree.columnsMax !== null && most > tree.columnsMax) return true;
  const [low, high] = tree.impossible;
  const isClassed = ((facts.classes[2 * page] as number) & low) !== 0;
  return isClassed || ((facts.classes[2 * page + 1] as number) & high) !== 0;
}

/** For each index, the number of columns that most of its pages have. */
function usualColumns(
  trees: readonly Tree[],
  facts: PageFacts,
  claims: Claims,
): ReadonlyMap<number, number> {
  const votes = new Map<number, number>();
  for (let page = 1; page <= claims.pageCount; page++) {
    const owner = claims.owner[page] as number;
    const columns = facts.columnsMin[page] as number;
    const isVoting = claims.role[page] === Role.tree && trees[owner - 1]?.type === "index";
    if (!isVoting || columns === 0 || columns !== facts.columnsMax[page]) continue;
    const vote = owner * COLUMNS_LIMIT + columns;
    votes.set(vote, (votes.get(vote) ?? 0) + 1);
  }
  const usual = new Map<number, number>();
  const most = new Map<number, number>();
  for (const [vote, count] of votes) {
    const owner = Math.floor(vote / COLUMNS_LIMIT);
    if (count <= (most.get(owner) ?? 0)) continue;
    most.set(owner, count);
    usual.set(owner, vote % COLUMNS_LIMIT);
  }
  return usual;
}
