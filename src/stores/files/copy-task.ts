import { closeSync, constants, ftruncateSync, linkSync, mkdirSync, openSync } from "node:fs";
import { readlinkSync, symlinkSync, writeSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

import { diskError } from "../../core/disk.ts";
import { systemCode } from "../../core/errors.ts";
import { removeFileSync } from "../../core/remove-file.ts";
import type { HostTask } from "../host/messages.ts";
import { setFileAttributes, setFolderAttributes, setLinkAttributes } from "./attributes.ts";
import { CoarseClock, TICK_NS } from "./clock.ts";
import { exclusionOf, type Exclusion } from "./exclude.ts";
import { Fingerprint, GONE } from "./fingerprint.ts";
import type { Found } from "./found.ts";
import { placeOf, showPath, type RawPath } from "./raw-path.ts";
import { readFound } from "./read-file.ts";
import { removeTree } from "./remove-tree.ts";
import { writeSparse } from "./sparse.ts";
import { syncTree } from "./sync-tree.ts";
import { walkTree, type Trouble } from "./walk.ts";

/** A tree, and where its copy goes. */
export interface CopyInput {
  readonly root: string;
  readonly exclude: readonly string[];
  /** Must not exist, nor must `<target>.clock`. */
  readonly target: string;
}

/** What was copied. */
export interface Copied {
  readonly exists: boolean;
  /** Of the tree when it was copied: what changes later, or did meanwhile, has another one. */
  readonly fingerprint: string;
  /** What could not be read, for people; not all when they are many. */
  readonly missed: readonly string[];
}

const ATTEMPTS_MAX = 5;
const PAUSE_MS = 25;
const NAMED_MAX = 20;
const never = new AbortController().signal;

/** Copies a tree, damaged or not, and syncs the copy. */
export const task: HostTask<CopyInput, Copied> = async ({ root, exclude, target }) => {
  removeFileSync(`${target}.clock`);
  using clock = new CoarseClock(`${target}.clock`);
  for (let attempt = 1; ; attempt += 1) {
    const copy = new TreeCopy(root, target, clock.now());
    const exists = copy.make(exclusionOf(exclude));
    // What changed just now could have changed again without another time.
    if (!copy.hasFresh || attempt === ATTEMPTS_MAX) {
      if (exists) await syncTree(target, never);
      return { exists, fingerprint: exists ? copy.fingerprint : GONE, missed: copy.missed };
    }
    await delay(PAUSE_MS);
    removeTree(target);
  }
};

/** A copy of a tree that is being made. */
export class TreeCopy {
  hasFresh = false;
  readonly #root: string;
  readonly #target: string;
  readonly #now: bigint;
  readonly #marks = new Fingerprint();
  readonly #missed: Trouble[] = [];
  readonly #folders: Found[] = [];
  readonly #firstNames = new Map<string, RawPath>();

  constructor(root: string, target: string, now: bigint) {
    this.#root = root;
    this.#target = target;
    this.#now = now;
  }

  get fingerprint(): string {
    return this.#marks.digest();
  }

  get missed(): readonly string[] {
    return this.#missed.slice(0, NAMED_MAX).map(({ path, code }) => `${showPath(path)} (${code})`);
  }

  make(excludes: Exclusion): boolean {
    const exists = walkTree(this.#root, excludes, {
      entry: (found) => {
        this.#marks.add(found);
        this.hasFresh ||= found.ctimeNs >= this.#now - TICK_NS;
        this.#copy(found);
      },
      trouble: (trouble) => this.#missed.push(trouble),
    });
    for (const found of this.#folders.toReversed())
      setFolderAttributes(placeOf(this.#target, found.path), found);
    return exists;
  }

  #copy(found: Found): void {
    const place = placeOf(this.#target, found.path);
    if (found.kind === "folder") {
      this.#told(found, () => mkdirSync(place, 0o700));
      this.#folders.push(found);
    } else if (found.kind === "link") {
      const link = this.#read(found, () =>
        readlinkSync(placeOf(this.#root, found.path), { encoding: "buffer" }),
      );
      if (link === null) return;
      this.#told(found, () => {
        symlinkSync(link, place);
        setLinkAttributes(place, found);
      });
    } else if (found.kind === "file") {
      this.#copyFile(found, place);
    }
  }

  #copyFile(found: Found, place: string | Buffer): void {
    const first = found.links > 1 ? this.#firstNames.get(found.inode) : undefined;
    if (first !== undefined) {
      this.#told(found, () => linkSync(placeOf(this.#target, first), place));
      return;
    }
    const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
    const file = this.#told(found, () =>
      openSync(place, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600),
    );
    try {
      const read = this.#read(found, () => {
        let at = 0;
        return readFound(this.#root, found, (bytes) => {
          const start = at;
          this.#told(found, () => write(file, bytes, start, found.isSparse));
          at += bytes.length;
        });
      });
      this.#told(found, () => {
        if (found.isSparse && read !== null) ftruncateSync(file, read.size);
        setFileAttributes(file, found);
      });
    } finally {
      closeSync(file);
    }
    if (found.links > 1) this.#firstNames.set(found.inode, found.path);
  }

  /** Damage does not end a copy: what can be read of the rest is all the more needed. */
  #read<T>(found: Found, work: () => T): T | null {
    try {
      return work();
    } catch (error) {
      const code = systemCode(error);
      if (code === null) throw error;
      if (code !== "ENOENT") this.#missed.push({ path: found.path, code });
      return null;
    }
  }

  #told<T>({ path }: Found, work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw diskError(`${this.#target}/${showPath(path)}`, error);
    }
  }
}

function write(file: number, bytes: Uint8Array, position: number, sparse: boolean): void {
  if (sparse) return writeSparse(file, bytes, position);
  for (let done = 0; done < bytes.length;)
    done += writeSync(file, bytes, done, bytes.length - done, position + done);
}
