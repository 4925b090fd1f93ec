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

const KINDS: Readonly<Record<number, EntryKind>> = {
  0o100000: "file",
  0o040000: "folder",
  0o120000: "link",
};

/** What `lstat` has told. */
export function foundOf(path: RawPath, stat: BigIntStats): Found {
  const mode = Number(stat.mode);
  const size = Number(stat.size);
  return {
    path,
    kind: KINDS[mode & 0o170000] ?? "other",
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

/** What betrays a change of an entry between two looks. */
export function marksOf(found: Found): string {
  const { kind, mode, uid, gid, size, mtimeNs, ctimeNs, inode, links } = found;
  return `${kind} ${mode} ${uid} ${gid} ${size} ${mtimeNs} ${ctimeNs} ${inode} ${links}`;
}
