import { cellStart, headerOf, varintAt } from "./cells.ts";
import { type Claims, Role, Trouble } from "./claims.ts";
import type { ScanControl } from "./control.ts";
import type { PageFacts } from "./facts.ts";
import { Flaw, isIndexKind, isLeafKind, isTableKind, Kind } from "./kinds.ts";
import { fourBytes } from "./big-endian.ts";
import type { PageReader } from "./page-reader.ts";
import type { Tree } from "./trees.ts";
import type { Troubles } from "./troubles.ts";

/** SQLite's own limit. */
const DEPTH_MAX = 20;
/** The widest that row ids can be. */
export const ROWID_MIN = -(1n << 63n);
export const ROWID_MAX = (1n << 63n) - 1n;

/** What the pages above a page allow it to hold: row ids from `low` to `high`, both inclusive. */
interface Bounds {
  readonly low: bigint;
  readonly high: bigint;
}

interface Visit extends Bounds {
  readonly page: number;
  readonly parent: number;
  readonly depth: number;
}

/** What a tree holds as far as its pages could be reached. */
export interface TreeTally {
  /** Cells of leaves; in an index those of interior pages too. */
  entries: number;
  /** Everything below its root was reached and sound. */
  isWhole: boolean;
  /** Levels of the first leaf that was reached; -1 for none. */
  depth: number;
  hasRowids: boolean;
}

/** Walks trees over the facts of their pages; only interior pages are read again. */
export class TreeWalk {
  readonly #reader: PageReader;
  readonly #facts: PageFacts;
  readonly #claims: Claims;
  readonly #troubles: Troubles;
  readonly #control: ScanControl;
  readonly #levels: Uint8Array[] = [];
  /** Interior pages that cannot be trusted: what they name is taken when all others have theirs. */
  readonly #doubtful: {
    readonly visit: Visit;
    readonly owner: number;
    readonly tally: TreeTally;
  }[] = [];
  #leaves: number[] | null = null;

  constructor(
    reader: PageReader,
    facts: PageFacts,
    found: { readonly claims: Claims; readonly troubles: Troubles; readonly control: ScanControl },
  ) {
    this.#reader = reader;
    this.#facts = facts;
    this.#claims = found.claims;
    this.#troubles = found.troubles;
    this.#control = found.control;
  }

  /** Walks one tree; `leaves` receives its leaves in order. */
  walk(tree: Tree, owner: number, leaves: number[] | null = null): TreeTally {
    const rootKind = this.#facts.kind[tree.root] ?? 0;
    const hasRowids = tree.hasRowids ?? isTableKind(rootKind);
    const tally = { entries: 0, isWhole: true, depth: -1, hasRowids };
    this.#leaves = leaves;
    const visit = { page: tree.root, parent: 0, depth: 0, low: ROWID_MIN, high: ROWID_MAX };
    this.#visit(visit, owner, tally);
    this.#leaves = null;
    return tally;
  }

  /** What doubtful interior pages name and nobody else owns, if it looks like a page of their tree. */
  walkDoubtful(): void {
    for (let next = this.#doubtful.pop(); next !== undefined; next = this.#doubtful.pop()) {
      const { visit, owner, tally } = next;
      this.#forEachChild(visit, tally, (child) => {
        const kind = this.#facts.kind[child.page] ?? 0;
        const isOurs = tally.hasRowids ? isTableKind(kind) : isIndexKind(kind);
        const isFree = this.#claims.role[child.page] === Role.none;
        if (isOurs && isFree && this.#isInBounds(child, tally)) this.#visit(child, owner, tally);
      });
    }
  }

  #visit(visit: Visit, owner: number, tally: TreeTally): void {
    const { page, parent, depth } = visit;
    if (this.#control.isStopped) return;
    if (!this.#claims.claim(page, Role.tree, owner, parent)) {
      tally.isWhole = false;
      this.#troubles.refuse({ ...visit, owner, role: Role.tree });
      return;
    }
    const trouble = this.#troubleOf(visit, tally);
    const kind = this.#facts.kind[page] as number;
    const fits = tally.hasRowids ? isTableKind(kind) : isIndexKind(kind);
    if (trouble !== Trouble.none) {
      tally.isWhole = false;
      this.#claims.blame(page, trouble);
      this.#troubles.lose(visit, owner, tally.hasRowids);
    }
    if (!fits) return;
    if (!isLeafKind(kind) || !tally.hasRowids) tally.entries += this.#entriesOf(page, kind);
    if (isLeafKind(kind)) {
      if (tally.hasRowids) tally.entries += this.#facts.cells[page] as number;
      this.#leaves?.push(page);
      return;
    }
    if (trouble !== Trouble.none || depth >= DEPTH_MAX)
      this.#doubtful.push({ visit, owner, tally });
    else this.#forEachChild(visit, tally, (child) => this.#visit(child, owner, tally));
  }

  #entriesOf(page: number, kind: number): number {
    return kind === Kind.interiorTable ? 0 : (this.#facts.cells[page] as number);
  }

  #troubleOf(visit: Visit, tally: TreeTally): number {
    const { page, depth } = visit;
    const kind = this.#facts.kind[page] as number;
    if (kind === Kind.zero) return Trouble.zeroed;
    if (kind === Kind.other) return Trouble.inside;
    if (tally.hasRowids ? !isTableKind(kind) : !isIndexKind(kind)) return Trouble.kind;
    if (this.#facts.flaw[page] !== Flaw.none) return Trouble.inside;
    if (!this.#isInBounds(visit, tally)) return Trouble.order;
    if (!isLeafKind(kind)) return depth >= DEPTH_MAX ? Trouble.depth : Trouble.none;
    if (tally.depth < 0) tally.depth = depth;
    return tally.depth === depth ? Trouble.none : Trouble.depth;
  }

  #isInBounds({ page, low, high }: Visit, { hasRowids }: TreeTally): boolean {
    if (!hasRowids || this.#facts.cells[page] === 0) return true;
    const first = this.#facts.firstRowid[page] as bigint;
    const last = this.#facts.lastRowid[page] as bigint;
    return first >= low && last <= high;
  }

  #forEachChild(parent: Visit, tally: TreeTally, visit: (child: Visit) => void): void {
    const { page, depth } = parent;
    const { usable } = this.#reader.source;
    const bytes = (this.#levels[depth] ??= this.#reader.buffer());
    this.#reader.read(page, 1, bytes);
    const cells = this.#facts.cells[page] as number;
    let { low } = parent;
    for (let cell = 0; cell < cells; cell++) {
      const at = cellStart({ bytes, page, cell }, usable);
      if (at === null) continue;
      const high = tally.hasRowids ? varintAt(bytes, at + 4).value : parent.high;
      visit({ page: fourBytes(bytes, at), parent: page, depth: depth + 1, low, high });
      if (tally.hasRowids) low = high < ROWID_MAX ? high + 1n : high;
    }
    const last = fourBytes(bytes, headerOf(page) + 8);
    visit({ page: last, parent: page, depth: depth + 1, low, high: parent.high });
  }
}
