import { lstatSync, readdirSync, type Dirent } from "node:fs";

import { systemCode } from "../../core/errors.ts";
import type { Exclusion } from "./exclude.ts";
import { kindOf, type EntryKind } from "./found.ts";
import { placeOf, type RawPath } from "./raw-path.ts";
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

/** Takes what a listing comes by and leaves out. */
export interface ListingVisitor {
  /** Whose names are asked for next. */
  folder(path: RawPath): void;
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
  const open = [openFolder(root, "", visitor)];
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
    if (kind === "folder") open.push(openFolder(root, path, visitor));
  }
  yield batch.finish();
}

/** A folder on the way, and how far it was listed. */
class Folder {
  /** What all paths in it begin with. */
  readonly start: RawPath;
  readonly #entries: readonly string[];
  #at = 0;

  /** @param entries each a name and the letter of its kind. */
  constructor(path: RawPath, entries: readonly string[]) {
    this.start = path === "" ? "" : `${path}/`;
    this.#entries = entries;
  }

  next(): { readonly name: RawPath; readonly kind: EntryKind | "other" } | undefined {
    const entry = this.#entries[this.#at++];
    if (entry === undefined) return undefined;
    return { name: entry.slice(0, -2), kind: KINDS.get(entry.at(-1) ?? "") ?? "other" };
  }
}

const KINDS: ReadonlyMap<string, EntryKind> = new Map(
  Object.entries(KIND_LETTERS).map(([kind, letter]) => [letter, kind as EntryKind]),
);

/** A name and its kind as one text: no name has a zero byte, so that names alone order them. */
function spell(name: RawPath, kind: EntryKind | "other"): string {
  return `${name}\0${kind === "other" ? "o" : KIND_LETTERS[kind]}`;
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

/** Names in the order of their bytes; none where nobody may look. */
function openFolder(root: string, path: RawPath, visitor: ListingVisitor): Folder {
  visitor.folder(path);
  try {
    return new Folder(path, entriesIn(root, path).sort());
  } catch (error) {
    const code = systemCode(error);
    if (code === null) throw error;
    if (code !== "ENOENT" && code !== "ENOTDIR") visitor.trouble({ path, code });
    return new Folder(path, []);
  }
}

function entriesIn(root: string, folder: RawPath): string[] {
  const place = placeOf(root, folder);
  try {
    const entries = readdirSync(place, { encoding: "latin1", withFileTypes: true });
    return entries.map((entry) => spell(entry.name, kindOfEntry(entry)));
  } catch {
    // Where a file system names no kinds, Node asks for them, and gives up on odd names.
    return readdirSync(place, { encoding: "latin1" }).map((name) =>
      spell(name, kindAt(root, folder === "" ? name : `${folder}/${name}`)),
    );
  }
}

function kindOfEntry(entry: Dirent): EntryKind | "other" {
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
