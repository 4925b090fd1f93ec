import { lstatSync, readdirSync, type Dirent } from "node:fs";

import { systemCode } from "../../core/errors.ts";
import type { Exclusion } from "./exclude.ts";
import { kindOf, type EntryKind } from "./found.ts";
import { byBytes, placeOf, type RawPath } from "./raw-path.ts";
import type { Trouble } from "./walk.ts";

/** Neighbours of a tree as the folders name them; nothing of them was looked at. */
export interface Listed {
  /** Paths with a zero byte between two, which is a third of the memory of a list. */
  readonly paths: RawPath;
  /** A letter for the kind of each; see `KIND_LETTERS`. */
  readonly kinds: string;
}

/** How `Listed` spells a kind. */
export const KIND_LETTERS: Readonly<Record<EntryKind, string>> = {
  file: "f",
  folder: "d",
  link: "l",
};

/** Takes what a listing leaves out. */
export interface ListingVisitor {
  /** Excluded. */
  leftAlone(): void;
  /** A socket, a pipe or a device. */
  special(path: RawPath): void;
  trouble(trouble: Trouble): void;
}

/** So many entries are worth a thread's turn. */
const BATCH_ROWS = 2048;

/**
 * Lists everything below a root, which is there, in the order in which `walkTree` visits it: the
 * root first, each folder before what is in it, names in the order of their bytes.
 */
export function* listTree(
  root: string,
  excludes: Exclusion,
  visitor: ListingVisitor,
): Generator<Listed> {
  let batch = new Batch();
  batch.add("", "folder");
  const open = [new Folder("", entriesIn(root, "", visitor))];
  for (let folder = open.at(-1); folder !== undefined; folder = open.at(-1)) {
    const entry = folder.next();
    if (entry === undefined) {
      open.pop();
      continue;
    }
    const { name, kind } = entry;
    const path = folder.start + name;
    if (excludes(path, kind === "folder")) {
      visitor.leftAlone();
      continue;
    }
    if (kind === "other") {
      visitor.special(path);
      continue;
    }
    if (batch.isFull) {
      yield batch.finish();
      batch = new Batch();
    }
    batch.add(path, kind);
    if (kind === "folder") open.push(new Folder(path, entriesIn(root, path, visitor)));
  }
  yield batch.finish();
}

/** One name in a folder. */
interface Entry {
  readonly name: RawPath;
  readonly kind: EntryKind | "other";
}

/** A folder on the way, and how far it was listed. */
class Folder {
  /** What all paths in it begin with. */
  readonly start: RawPath;
  readonly #entries: readonly Entry[];
  #at = 0;

  constructor(path: RawPath, entries: readonly Entry[]) {
    this.start = path === "" ? "" : `${path}/`;
    this.#entries = entries;
  }

  next(): Entry | undefined {
    return this.#entries[this.#at++];
  }
}

class Batch {
  readonly #paths: RawPath[] = [];
  readonly #kinds: string[] = [];

  get isFull(): boolean {
    return this.#paths.length >= BATCH_ROWS;
  }

  add(path: RawPath, kind: EntryKind): void {
    this.#paths.push(path);
    this.#kinds.push(KIND_LETTERS[kind]);
  }

  finish(): Listed {
    return { paths: this.#paths.join("\0"), kinds: this.#kinds.join("") };
  }
}

/** In the order of the names' bytes; none where nobody may look. */
function entriesIn(root: string, folder: RawPath, visitor: ListingVisitor): readonly Entry[] {
  try {
    return readEntries(root, folder).sort((a, b) => byBytes(a.name, b.name));
  } catch (error) {
    const code = systemCode(error);
    if (code === null) throw error;
    if (code !== "ENOENT" && code !== "ENOTDIR") visitor.trouble({ path: folder, code });
    return [];
  }
}

function readEntries(root: string, folder: RawPath): Entry[] {
  const place = placeOf(root, folder);
  try {
    const entries = readdirSync(place, { encoding: "latin1", withFileTypes: true });
    return entries.map((entry) => ({ name: entry.name, kind: kindOfEntry(entry) }));
  } catch {
    // Where a file system names no kinds, Node asks for them, and gives up on odd names.
    return readdirSync(place, { encoding: "latin1" }).map((name) => ({
      name,
      kind: kindAt(root, folder === "" ? name : `${folder}/${name}`),
    }));
  }
}

function kindOfEntry(entry: Dirent): Entry["kind"] {
  if (entry.isFile()) return "file";
  if (entry.isDirectory()) return "folder";
  return entry.isSymbolicLink() ? "link" : "other";
}

/** What cannot be asked for is taken for a file: whoever reads it hears why. */
function kindAt(root: string, path: RawPath): EntryKind | "other" {
  try {
    return kindOf(lstatSync(placeOf(root, path)).mode);
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return "file";
  }
}
