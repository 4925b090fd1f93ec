import { closeSync, openSync, writeSync } from "node:fs";

import { diskError } from "../../core/disk.ts";
import { systemCode } from "../../core/errors.ts";
import type { HostTask } from "../host/messages.ts";
import { exclusionOf } from "./exclude.ts";
import type { Found } from "./found.ts";
import { showPath, type RawPath } from "./raw-path.ts";
import { readFound } from "./read-file.ts";
import { walkTree } from "./walk.ts";

/** A file or a tree whose bytes are to be told from all others. */
export interface DigestsInput {
  readonly root: string;
  readonly exclude: readonly string[];
  /** File that receives a line for each file: a `FileDigest` as JSON. */
  readonly target: string;
}

/** The path as it is shown ("" for the root itself), and 64 hex digits; null: it cannot be read. */
export type FileDigest = readonly [path: string, sha256: string | null];

/** Files that a disk fails to read. */
export type FailingFiles = readonly { readonly raw: RawPath; readonly path: string }[];

const PORTION = 1 << 16;

/** Reads every file below a root, or the root, and changes none. */
export const task: HostTask<DigestsInput, FailingFiles> = async ({ root, exclude, target }) => {
  const failing: { raw: RawPath; path: string }[] = [];
  using lines = new Lines(target);
  const take = (raw: RawPath, sha256: string | null, code: string | null): void => {
    const path = showPath(raw);
    lines.add([path, sha256]);
    if (code === "EIO") failing.push({ raw, path });
  };
  walkTree(root, exclusionOf(exclude), {
    entry: (found) => {
      if (found.kind !== "file") return;
      const [sha256, code] = digestOf(root, found);
      take(found.path, sha256, code);
    },
    trouble: ({ path, code }) => take(path, null, code),
  });
  lines.end();
  return failing;
};

function digestOf(root: string, found: Found): readonly [string | null, string | null] {
  try {
    return [readFound(root, found, null).sha256, null];
  } catch (error) {
    const code = systemCode(error);
    if (code === null) throw error;
    return [null, code];
  }
}

/** A file of lines, written in portions. */
class Lines implements Disposable {
  readonly #path: string;
  readonly #file: number;
  #held = "";

  constructor(path: string) {
    this.#path = path;
    this.#file = openSync(path, "wx", 0o600);
  }

  add(digest: FileDigest): void {
    this.#held += `${JSON.stringify(digest)}\n`;
    if (this.#held.length >= PORTION) this.end();
  }

  end(): void {
    const bytes = Buffer.from(this.#held);
    this.#held = "";
    try {
      for (let done = 0; done < bytes.length;) done += writeSync(this.#file, bytes, done);
    } catch (error) {
      throw diskError(this.#path, error);
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }
}
