import { type Claims, Trouble } from "./claims.ts";
import type { PageFacts } from "./facts.ts";

/** A page that a second structure, or a pointer to nowhere, asked for. */
export interface Refusal {
  readonly page: number;
  /** The page that names it; 0 for the schema or the header. */
  readonly parent: number;
  /** The tree that asked, 0 for the freelist. */
  readonly owner: number;
  readonly role: number;
  /** The row ids that are not reached this way, in a table. */
  readonly low: bigint;
  readonly high: bigint;
}

/** A long value whose overflow pages are not what they must be. */
export interface BrokenChain {
  readonly owner: number;
  /** The page and the cell that hold the beginning of the value. */
  readonly holder: number;
  readonly cell: number;
  /** The page whose pointer is wrong. */
  readonly page: number;
  /** Pages that the value needs, and those that were found. */
  readonly wanted: number;
  readonly found: number;
  /** What the wrong pointer names. */
  readonly next: number;
}

/** Row ids of a table below a page that cannot be read. */
export interface LostRange {
  readonly owner: number;
  readonly low: bigint;
  readonly high: bigint;
}

const KEPT_MAX = 2000;
const BROKEN_MAX = 64;
const LOST_MAX = 256;

/** What goes wrong between pages, in bounded lists; more is counted. */
export class Troubles {
  readonly refusals: Refusal[] = [];
  readonly chains: BrokenChain[] = [];
  /** Where subtrees went missing: orphans may belong there. */
  readonly lost: LostRange[] = [];
  /** Trees with a subtree that went missing, the first of them. */
  readonly broken = new Set<number>();
  lostTotal = 0;
  refusalsTotal = 0;
  chainsTotal = 0;
  readonly #claims: Claims;
  readonly #facts: PageFacts;

  constructor(claims: Claims, facts: PageFacts) {
    this.#claims = claims;
    this.#facts = facts;
  }

  /** A structure asked for a page that is not there, or that another owns. */
  refuse(refusal: Refusal): void {
    this.#claims.blame(refusal.parent, Trouble.child);
    if (this.#claims.exists(refusal.page)) this.#claims.blame(refusal.page, Trouble.shared);
    this.refusalsTotal++;
    if (this.refusals.length < KEPT_MAX) this.refusals.push(refusal);
    this.#keepLost(refusal.owner, refusal.low, refusal.high);
  }

  /** A page of a tree is in trouble: what it should hold takes the place of what it says it holds. */
  lose(
    { page, low, high }: { readonly page: number; readonly low: bigint; readonly high: bigint },
    owner: number,
    hasRowids: boolean,
  ): void {
    if (hasRowids) {
      this.#facts.firstRowid[page] = low;
      this.#facts.lastRowid[page] = high;
    }
    this.#keepLost(owner, low, high);
  }

  breakChain(chain: BrokenChain): void {
    this.chainsTotal++;
    if (this.chains.length < KEPT_MAX) this.chains.push(chain);
  }

  #keepLost(owner: number, low: bigint, high: bigint): void {
    if (this.broken.size < BROKEN_MAX) this.broken.add(owner);
    this.lostTotal++;
    if (this.lost.length < LOST_MAX) this.lost.push({ owner, low, high });
  }
}
