import { readlinkSync } from "node:fs";

import { systemCode } from "../../core/errors.ts";
import { TICK_NS } from "./clock.ts";
import type { TreeEntry } from "./entry.ts";
import type { Exclusion } from "./exclude.ts";
import { Fingerprint } from "./fingerprint.ts";
import { marksOf, type Found } from "./found.ts";
import { placeOf, type RawPath } from "./raw-path.ts";
import { readFound, SMALL_BYTES, type FileReading } from "./read-file.ts";
import type { SpoolWriter } from "./spool.ts";
import { walkTree, type Trouble } from "./walk.ts";

/** A file's content as it was read. */
export interface KeptContent extends FileReading {
  /** Where it lies in the spool; null for a large file, which is read again when it is stored. */
  readonly offset: number | null;
}

interface Kept {
  readonly found: Found;
  readonly marks: string;
  readonly content: KeptContent | null;
  readonly link: RawPath | null;
  /** Changed so lately that a change after it was read may bear the same time. */
  readonly isFresh: boolean;
}

/** What a round has come by. */
export interface Round {
  /** Entries that are new, gone, or otherwise than in the round before. */
  readonly changed: readonly RawPath[];
  /** Some have to be read again, because the clock could not have told a change. */
  readonly hasFresh: boolean;
  readonly exists: boolean;
}

/** From this round on, a large file that has changed again is copied. */
const COPIES_ALL_FROM = 3;

/**
 * Reads a tree in rounds: the first reads everything, each later one what has changed since. When a
 * round finds no change, all that was kept was there at one instant: the end of the round before.
 */
export class TreeReader {
  readonly #root: string;
  readonly #excludes: Exclusion;
  readonly #spool: SpoolWriter;
  #kept: Map<RawPath, Kept> = new Map();
  #rounds = 0;
  #troubles: readonly Trouble[] = [];
  #leftAlone = 0;
  #fingerprint = "";

  constructor(root: string, excludes: Exclusion, spool: SpoolWriter) {
    this.#root = root;
    this.#excludes = excludes;
    this.#spool = spool;
  }

  /** What could not be read in the last round. */
  get troubles(): readonly Trouble[] {
    return this.#troubles;
  }

  /** Entries of the last round that are no part of the tree. */
  get leftAlone(): number {
    return this.#leftAlone;
  }

  /** Of the last round. */
  get fingerprint(): string {
    return this.#fingerprint;
  }

  /** @param now of the kernel's coarse clock, before the round. */
  round(now: bigint): Round {
    this.#rounds += 1;
    const before = this.#kept;
    const next = new Map<RawPath, Kept>();
    const changed: RawPath[] = [];
    const troubles: Trouble[] = [];
    const byInode = new Map<string, KeptContent>();
    const fingerprint = new Fingerprint();
    let hasFresh = false;
    this.#leftAlone = 0;
    const exists = walkTree(this.#root, this.#excludes, {
      entry: (found) => {
        fingerprint.add(found);
        const old = before.get(found.path);
        const kept = this.#keep(found, old, { now, byInode, troubles });
        if (kept === null || old?.marks !== kept.marks || isOther(old, kept)) {
          changed.push(found.path);
        }
        if (kept === null) return;
        hasFresh ||= kept.isFresh && kept !== old;
        next.set(found.path, kept);
      },
      leftAlone: () => {
        this.#leftAlone += 1;
      },
      trouble: (trouble) => troubles.push(trouble),
    });
    for (const path of before.keys()) if (!next.has(path)) changed.push(path);
    this.#kept = next;
    this.#troubles = troubles;
    this.#fingerprint = fingerprint.digest();
    return { changed, hasFresh: hasFresh && changed.length > 0, exists };
  }

  /** The entries in the order of the walk, each with its content. */
  *entries(): Generator<{ readonly entry: TreeEntry; readonly content: KeptContent | null }> {
    const firstNames = new Map<string, RawPath>();
    for (const { found, content, link } of this.#kept.values()) {
      const { path, kind, mode, uid, gid, mtimeNs, inode, links, isSparse } = found;
      if (kind === "other") continue;
      const isFile = kind === "file";
      const first = isFile && links > 1 ? (firstNames.get(inode) ?? null) : null;
      if (isFile && links > 1 && first === null) firstNames.set(inode, path);
      const size = content?.size ?? null;
      const sha256 = content?.sha256 ?? null;
      const facts = { path, kind, mode, uid, gid, mtimeNs, size, sha256, link };
      yield { entry: { ...facts, sparse: isFile && isSparse, hardlink: first }, content };
    }
  }

  #keep(found: Found, old: Kept | undefined, round: RoundTools): Kept | null {
    const marks = marksOf(found);
    if (old !== undefined && old.marks === marks && !old.isFresh) return old;
    const isFresh = found.ctimeNs >= round.now - TICK_NS;
    try {
      const content = found.kind === "file" ? this.#read(found, round) : null;
      const link =
        found.kind === "link"
          ? readlinkSync(placeOf(this.#root, found.path), { encoding: "latin1" })
          : null;
      // A second reading that gives the same is as good as an older time.
      const isRead = old !== undefined && old.marks === marks;
      return { found, marks, content, link, isFresh: isFresh && !isRead };
    } catch (error) {
      const code = systemCode(error);
      if (code === null) throw error;
      if (!VANISHED.has(code)) round.troubles.push({ path: found.path, code });
      return null;
    }
  }

  #read(found: Found, { byInode }: RoundTools): KeptContent {
    const same = found.links > 1 ? byInode.get(found.inode) : undefined;
    if (same !== undefined) return same;
    const copies = found.size <= SMALL_BYTES || this.#rounds >= COPIES_ALL_FROM;
    const offset = copies ? this.#spool.end : null;
    const take = copies ? (bytes: Uint8Array): void => this.#spool.write(bytes) : null;
    const content = { ...readFound(this.#root, found, take), offset };
    if (found.links > 1) byInode.set(found.inode, content);
    return content;
  }
}

interface RoundTools {
  readonly now: bigint;
  readonly byInode: Map<string, KeptContent>;
  readonly troubles: Trouble[];
}

/** Gone, or something else by now, between the look and the opening. */
const VANISHED: ReadonlySet<string> = new Set(["ELOOP", "EINVAL", "ENOENT", "ENOTDIR", "ENXIO"]);

function isOther(old: Kept, kept: Kept): boolean {
  return old.content?.sha256 !== kept.content?.sha256 || old.link !== kept.link;
}
