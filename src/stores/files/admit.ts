import { SalvorError } from "../../core/errors.ts";
import { damagedTree } from "./content-reader.ts";
import type { TreeEntry } from "./entry.ts";
import { parentOf, showPath, type RawPath } from "./raw-path.ts";

/**
 * Lets entries into a tree that is being built, or refuses them: whatever a snapshot says, nothing is
 * written outside of the tree, and nothing through a link.
 */
export class Admission {
  /** Folders that the next entry may lie in: the last one and those above it. */
  readonly #folders: RawPath[] = [];
  readonly #files = new Map<RawPath, TreeEntry>();
  readonly #linked: ReadonlySet<RawPath>;
  #last: RawPath | null = null;

  /** @param linked paths that later entries name as the first name of the same file. */
  constructor(linked: ReadonlySet<RawPath>) {
    this.#linked = linked;
  }

  /** @throws {SalvorError} REFUSED for what leads out of the tree; BACKUP_DAMAGED for other nonsense. */
  admit(entry: TreeEntry): void {
    const { path, kind, hardlink } = entry;
    if (this.#last === null) {
      if (path !== "" || kind !== "folder") throw refused(path, "a tree begins with its folder");
    } else {
      refuseName(path);
      this.#enter(path);
    }
    if (hardlink !== null) this.#joinFirst(entry, hardlink);
    if (kind === "folder") this.#folders.push(path);
    if (kind === "file" && hardlink === null && this.#linked.has(path))
      this.#files.set(path, entry);
    this.#last = path;
  }

  /** All names of a file have its content. */
  #joinFirst({ path, size, sha256 }: TreeEntry, hardlink: RawPath): void {
    const first = this.#files.get(hardlink);
    const shown = showPath(hardlink);
    if (first === undefined) {
      throw refused(path, `it is another name of ${shown}, which is no file before it`);
    }
    if (first.size === size && first.sha256 === sha256) return;
    throw damagedTree(`${showPath(path)} is another name of ${shown}, with another content`);
  }

  /** What is no folder of this tree cannot hold anything: a link least of all. */
  #enter(path: RawPath): void {
    const parent = parentOf(path);
    while (this.#folders.length > 0 && this.#folders.at(-1) !== parent) this.#folders.pop();
    if (this.#folders.length === 0) throw refused(path, "it lies in no folder of the tree");
  }
}

const NUL = "\0";

function refuseName(path: RawPath): void {
  const names = path.split("/");
  const isBad = names.some((name) => name === "" || name === "." || name === "..");
  if (isBad || path.includes(NUL)) throw refused(path, "its path leads out of the tree");
}

function refused(path: RawPath, why: string): SalvorError {
  const message = `the snapshot asks for ${showPath(path) || "its root"}, and ${why}`;
  return new SalvorError("REFUSED", message, {
    hint: "Somebody has tampered with it, or it is damaged: restore another snapshot.",
  });
}
