import type { BigIntStats } from "node:fs";

import type { RawPath } from "./raw-path.ts";

/** The kinds of entries that a tree keeps. */
export type EntryKind = "file" | "folder" | "link";

/** A name in a tree as the operating system shows it, without opening it. */
export interface Found {
  readonly path: RawPath;
  /** `other`: a socket, a pipe or a device. */
  readonly kind: EntryKind | "other";
  /** The twelve bits of permissions. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly inode: string;
  readonly links: number;
  /** Fewer blocks than its size asks for: it has holes. */
  readonly isSparse: boolean;
}

const KIND_MASK = 0o170000;

/** What the bits of a mode say beside permissions. */
export const KIND_BITS: Readonly<Record<EntryKind, number>> = {
  file: 0o100000,
  folder: 0o040000,
  link: 0o120000,
};

const KINDS = new Map(Object.entries(KIND_BITS).map(([kind, bits]) => [bits, kind as EntryKind]));

/** The kind that a mode tells. */
export function kindOf(mode: number): EntryKind | "other" {
  return KINDS.get(mode & KIND_MASK) ?? "other";
}

/** What `lstat` has told. */
export function foundOf(path: RawPath, stat: BigIntStats): Found {
  const mode = Number(stat.mode);
  const size = Number(stat.size);
  return {
    path,
    kind: kindOf(mode),
    mode: mode & 0o7777,
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    size,
    mtimeNs: stat.mtimeNs,
    ctimeNs: stat.ctimeNs,
    inode: `${stat.dev}:${stat.ino}`,
    links: Number(stat.nlink),
    isSparse: Number(stat.blocks) * 512 < size,
  };
}
