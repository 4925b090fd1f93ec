import { type Claims, Role, Trouble } from "./claims.ts";
import type { ScanControl } from "./control.ts";
import type { PageFacts } from "./facts.ts";
import { Kind } from "./kinds.ts";
import { SPILL_NUMBERS } from "./spills.ts";
import type { Troubles } from "./troubles.ts";

/** What following chains needs. */
export interface Chains {
  readonly spills: readonly Uint32Array[];
  readonly facts: PageFacts;
  readonly claims: Claims;
  readonly troubles: Troubles;
  readonly control: ScanControl;
}

/**
 * Follows every long value over its overflow pages. Cells of pages in trouble come last, and are not
 * complained of: what they say is in doubt already.
 */
export function followChains(chains: Chains): void {
  for (const isDoubtful of [false, true]) {
    for (const spills of chains.spills) {
      if (chains.control.isStopped) return;
      for (let at = 0; at < spills.length; at += SPILL_NUMBERS) {
        const page = spills[at] as number;
        if (chains.claims.role[page] !== Role.tree) continue;
        // What blames it later (a neighbour's pointer, say) must not have it followed twice.
        const isInTrouble = chains.facts.flaw[page] !== 0;
        if (isInTrouble === isDoubtful) follow(chains, spills, at, isDoubtful);
      }
    }
  }
}

function follow(
  { facts, claims, troubles }: Chains,
  spills: Uint32Array,
  at: number,
  isDoubtful: boolean,
): void {
  const holder = spills[at] as number;
  const cell = spills[at + 1] as number;
  const wanted = spills[at + 3] as number;
  const owner = claims.owner[holder] as number;
  let page = holder;
  let next = spills[at + 2] as number;
  let found = 0;
  while (found < wanted && claims.claim(next, Role.overflow, owner, page)) {
    found++;
    page = next;
    next = facts.next[page] as number;
  }
  if ((found === wanted && next === 0) || isDoubtful) return;
  claims.blame(page, facts.kind[page] === Kind.zero ? Trouble.zeroed : Trouble.link);
  if (found < wanted && claims.exists(next)) claims.blame(next, Trouble.shared);
  troubles.breakChain({ owner, holder, cell, page, wanted, found, next });
}
