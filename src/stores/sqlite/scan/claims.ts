/** What a page is for, as the structures that lead to it say. */
export const Role = {
  none: 0,
  tree: 1,
  overflow: 2,
  trunk: 3,
  free: 4,
  pointerMap: 5,
  lock: 6,
} as const;

/** What is wrong with a page, seen from its place; the first that was found. */
export const Trouble = {
  none: 0,
  /** Its own bytes cannot be. */
  inside: 1,
  zeroed: 2,
  /** It is another kind of page than its place asks for. */
  kind: 3,
  /** Its row ids lie outside those that the pages above it allow. */
  order: 4,
  /** Its records cannot be of this table or index. */
  foreign: 5,
  /** It lies deeper or less deep than its neighbours. */
  depth: 6,
  shared: 7,
  /** Its pointer to the next page of a long value is wrong. */
  link: 8,
  /** It names children that are not there, or that others own. */
  child: 9,
  unowned: 10,
  /** A trunk of the freelist that names impossible pages. */
  trunk: 11,
  /** A page of the pointer map that disagrees with where pages are. */
  map: 12,
} as const;

/** Who owns the pages: trees are numbered from 1, as in the list of trees. */
export class Claims {
  readonly memory: SharedArrayBuffer;
  readonly pageCount: number;
  readonly owner: Uint32Array;
  /** The page that leads to it; 0 for a root. */
  readonly parent: Uint32Array;
  readonly role: Uint8Array;
  readonly trouble: Uint8Array;

  constructor(pageCount: number, memory?: SharedArrayBuffer) {
    const places = pageCount + 1;
    this.pageCount = pageCount;
    this.memory = memory ?? new SharedArrayBuffer(places * 10);
    this.owner = new Uint32Array(this.memory, 0, places);
    this.parent = new Uint32Array(this.memory, 4 * places, places);
    this.role = new Uint8Array(this.memory, 8 * places, places);
    this.trouble = new Uint8Array(this.memory, 9 * places, places);
  }

  exists(page: number): boolean {
    return page >= 1 && page <= this.pageCount;
  }

  /** False when there is no such page, or when it has an owner already. */
  claim(page: number, role: number, owner: number, parent: number): boolean {
    if (!this.exists(page) || this.role[page] !== Role.none) return false;
    this.role[page] = role;
    this.owner[page] = owner;
    this.parent[page] = parent;
    return true;
  }

  /** Says what is wrong with a page, unless something is said already. */
  blame(page: number, trouble: number): void {
    if (this.exists(page) && this.trouble[page] === Trouble.none) this.trouble[page] = trouble;
  }
}
