import { lstatSync, readdirSync } from "node:fs";

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

/** Takes what a listing leaves out. */
export interface ListingVisitor {
  /** Excluded, or no file. */
  leftAlone(): void;
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
  const waiting: Name[] = namesIn(root, "", visitor);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const { path, kind } = name;
    if (kind === "other" || excludes(path, kind === "folder")) {
      visitor.leftAlone();
      continue;
    }
    if (batch.isFull) {
      yield batch.finish();
      batch = new Batch();
    }
    batch.add(path, kind);
    if (kind === "folder") for (const each of namesIn(root, path, visitor)) waiting.push(each);
  }
  yield batch.finish();
}

class Batch {
  readonly #paths: RawPath[] = [];
  #kinds = "";

  get isFull(): boolean {
    return this.#paths.length >= BATCH_ROWS;
  }

  add(path: RawPath, kind: EntryKind): void {
    this.#paths.push(path);
    this.#kinds += KIND_LETTERS[kind];
  }

  finish(): Listed {
    return { paths: this.#paths.join("\0"), kinds: this.#kinds };
  }
}

interface Name {
  readonly path: RawPath;
  readonly kind: EntryKind | "other";
}

/** The last one first: that is the order in which a stack gives them back. */
function namesIn(root: string, folder: RawPath, visitor: ListingVisitor): Name[] {
  try {
    const start = folder === "" ? "" : `${folder}/`;
    return entriesIn(root, folder)
      .map(({ name, kind }) => ({ path: start + name, kind }))
      .sort((a, b) => (a.path < b.path ? 1 : -1));
  } catch (error) {
    const code = systemCode(error);
    if (code === null) throw error;
    if (code !== "ENOENT" && code !== "ENOTDIR") visitor.trouble({ path: folder, code });
    return [];
  }
}

interface DirectoryEntry {
  readonly name: RawPath;
  readonly kind: EntryKind | "other";
}

function entriesIn(root: string, folder: RawPath): readonly DirectoryEntry[] {
  const place = placeOf(root, folder);
  try {
    return readdirSync(place, { encoding: "latin1", withFileTypes: true }).map((entry) => ({
      name: entry.name,
      kind: entry.isFile()
        ? "file"
        : entry.isDirectory()
          ? "folder"
          : entry.isSymbolicLink()
            ? "link"
            : "other",
    }));
  } catch {
    // Where a file system names no kinds, Node asks for them, and gives up on odd names.
    return readdirSync(place, { encoding: "latin1" }).map((name) => ({
      name,
      kind: kindAt(root, folder === "" ? name : `${folder}/${name}`),
    }));
  }
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
