import type { Location } from "../../../core/finding.ts";
import { rowidOf } from "./cells.ts";
import { type Claims, Role } from "./claims.ts";
import { nameOf } from "./observations.ts";
import type { PageReader } from "./page-reader.ts";
import type { Structure } from "./structure.ts";
import { ROWID_MAX, ROWID_MIN } from "./tree-walk.ts";
import type { Tree } from "./trees.ts";

/** The tree of that number, or null. */
export function treeOf({ trees }: Structure, owner: number): Tree | null {
  return trees[owner - 1] ?? null;
}

/** Who has a page, in words. */
export function ownerName(structure: Structure, page: number): string {
  const { claims } = structure;
  const role = roleOf(claims, page);
  switch (role) {
    case Role.tree:
      return nameOf(treeOf(structure, claims.owner[page] ?? 0));
    case Role.overflow:
      return `a long value of ${nameOf(treeOf(structure, claims.owner[page] ?? 0))}`;
    case Role.trunk:
    case Role.free:
      return "the list of free pages";
    case Role.pointerMap:
      return "the pointer map";
    case Role.lock:
      return "the lock";
    default:
      return "nobody";
  }
}

function roleOf(claims: Claims, page: number): number {
  return claims.exists(page) ? (claims.role[page] as number) : Role.none;
}

/** One page or several, as a location has them. */
export function pagesAt(from: number, to: number): Location {
  return from === to ? { page: from } : { pages: [from, to] };
}

/** Row ids as a location has them: what JSON cannot hold is cut to what it can. */
export function rowidsAt(low: bigint, high: bigint): Location {
  return { rowids: [safe(low), safe(high)] };
}

/** Row ids in words. */
export function rowidsInWords(low: bigint, high: bigint): string {
  if (low === high) return `row id ${low}`;
  if (low === ROWID_MIN && high === ROWID_MAX) return "all row ids";
  if (low === ROWID_MIN) return `row ids up to ${high}`;
  return high === ROWID_MAX ? `row ids from ${low} on` : `row ids ${low} to ${high}`;
}

function safe(rowid: bigint): number {
  const most = BigInt(Number.MAX_SAFE_INTEGER);
  if (rowid > most) return Number.MAX_SAFE_INTEGER;
  return rowid < -most ? Number.MIN_SAFE_INTEGER : Number(rowid);
}

/** The row id of a cell, or null where it has none. */
export function rowidAt(reader: PageReader, page: number, cell: number): bigint | null {
  const bytes = reader.buffer();
  reader.read(page, 1, bytes);
  return rowidOf({ bytes, page, cell }, reader.source.usable);
}
