import { type Claims, Role, Trouble } from "./claims.ts";
import type { ScanControl } from "./control.ts";
import { fourBytes } from "./big-endian.ts";
import type { PageReader } from "./page-reader.ts";
import type { PageSource } from "./page-source.ts";

/** The byte that SQLite locks lies on this page, which holds nothing. */
const LOCK_BYTE = 0x4000_0000;
const ENTRY_BYTES = 5;
const MAP_KIND = { root: 1, free: 2, overflowFirst: 3, overflowLater: 4, tree: 5 } as const;

/** The page that holds the byte for locks; it is there only in files beyond a gigabyte. */
export function lockPage({ pageSize }: PageSource): number {
  return LOCK_BYTE / pageSize + 1;
}

/** The pages of the pointer map of a database that vacuums itself: the second, and so on. */
export function* pointerMapPages(source: PageSource): Generator<number> {
  const stride = Math.floor(source.usable / ENTRY_BYTES) + 1;
  for (let page = 2; page <= source.pageCount; page += stride)
    yield page === lockPage(source) ? page + 1 : page;
}

/** An entry of the pointer map that disagrees with the structures. */
export interface WrongEntry {
  readonly mapPage: number;
  /** The first page whose entry is wrong. */
  readonly page: number;
  readonly count: number;
}

const WRONG_MAX = 1000;

/** Holds every entry of the pointer map against who really owns the page. */
export function checkPointerMap(
  reader: PageReader,
  claims: Claims,
  control: ScanControl,
): readonly WrongEntry[] {
  const { source } = reader;
  const entries = Math.floor(source.usable / ENTRY_BYTES);
  const bytes = reader.buffer();
  const wrong: WrongEntry[] = [];
  for (const mapPage of pointerMapPages(source)) {
    if (control.isStopped || mapPage > source.pageCount) break;
    reader.read(mapPage, 1, bytes);
    let count = 0;
    let first = 0;
    for (let entry = 0; entry < entries; entry++) {
      const page = mapPage + 1 + entry;
      if (page > source.pageCount) break;
      const at = entry * ENTRY_BYTES;
      if (isRight(claims, page, bytes[at] ?? 0, fourBytes(bytes, at + 1))) continue;
      count++;
      first ||= page;
    }
    if (count === 0) continue;
    claims.blame(mapPage, Trouble.map);
    if (wrong.length < WRONG_MAX) wrong.push({ mapPage, page: first, count });
  }
  return wrong;
}

/** Pages in trouble, and those that nobody owns, are no measure for the map. */
function isRight(claims: Claims, page: number, kind: number, parent: number): boolean {
  if (claims.trouble[page] !== Trouble.none) return true;
  const up = claims.parent[page] as number;
  switch (claims.role[page]) {
    case Role.tree:
      if (up === 0) return kind === MAP_KIND.root && parent === 0;
      return kind === MAP_KIND.tree && parent === up;
    case Role.overflow: {
      const isFirst = claims.role[up] === Role.tree;
      return parent === up && kind === (isFirst ? MAP_KIND.overflowFirst : MAP_KIND.overflowLater);
    }
    case Role.trunk:
    case Role.free:
      return kind === MAP_KIND.free && parent === 0;
    default:
      return true;
  }
}
