import { readlinkSync } from "node:fs";

import { systemCode } from "../../core/errors.ts";
import type { TreeEntry } from "./entry.ts";
import { exclusionOf } from "./exclude.ts";
import type { Found } from "./found.ts";
import { placeOf, type RawPath } from "./raw-path.ts";
import { readFound } from "./read-file.ts";
import { walkTree } from "./walk.ts";

/** A tree as it lies here; only some of its files are read. */
export interface Here {
  /** All names, in the order of the walk. */
  readonly found: ReadonlyMap<RawPath, Found>;
  /** Excluded, or a socket, a pipe or a device. */
  readonly leftAlone: ReadonlySet<RawPath>;
  /** Those that were asked for and can be read. */
  readonly entries: ReadonlyMap<RawPath, TreeEntry>;
}

/** Which files of a tree are read, and how names of one file are told. */
export interface Look {
  readonly exclude: readonly string[];
  /** Read these; null: all. */
  readonly reads: ((found: Found) => boolean) | null;
  /** Other names of a file count among these only; null: among all. */
  readonly links: ReadonlySet<RawPath> | null;
}

/** Looks at every name of a tree, and reads what is asked for. Follows no link. */
export function lookHere(root: string, { exclude, reads, links }: Look): Here {
  const found = new Map<RawPath, Found>();
  const leftAlone = new Set<RawPath>();
  walkTree(root, exclusionOf(exclude), {
    entry: (each) => found.set(each.path, each),
    leftAlone: ({ path }) => leftAlone.add(path),
    trouble: () => {}, // what cannot be looked at is not among the entries
  });
  const entries = new Map<RawPath, TreeEntry>();
  const names = new Names(links);
  for (const each of found.values()) {
    const hardlink = names.firstOf(each);
    if (reads !== null && !reads(each)) continue;
    const entry = entryHere(root, each, hardlink);
    if (entry !== null) entries.set(each.path, entry);
  }
  return { found, leftAlone, entries };
}

/** The first names of files that have several. */
class Names {
  readonly #among: ReadonlySet<RawPath> | null;
  readonly #first = new Map<string, RawPath>();

  constructor(among: ReadonlySet<RawPath> | null) {
    this.#among = among;
  }

  firstOf({ kind, path, links, inode }: Found): RawPath | null {
    if (kind !== "file" || links < 2) return null;
    if (this.#among !== null && !this.#among.has(path)) return null;
    const first = this.#first.get(inode) ?? null;
    if (first === null) this.#first.set(inode, path);
    return first;
  }
}

/** Null when it cannot be read, or went away. */
function entryHere(root: string, found: Found, hardlink: RawPath | null): TreeEntry | null {
  const { path, kind, mode, uid, gid, mtimeNs } = found;
  if (kind === "other") return null;
  const facts = { path, kind, mode, uid, gid, mtimeNs };
  const nothing = { size: null, sha256: null, sparse: false, link: null, hardlink: null };
  try {
    if (kind === "folder") return { ...facts, ...nothing };
    if (kind === "file") {
      const content = readFound(root, found, null);
      return { ...facts, ...nothing, ...content, sparse: found.isSparse, hardlink };
    }
    const link = readlinkSync(placeOf(root, path), { encoding: "latin1" });
    return { ...facts, ...nothing, link };
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return null;
  }
}
