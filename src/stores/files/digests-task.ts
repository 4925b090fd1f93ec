import { systemCode } from "../../core/errors.ts";
import type { HostTask } from "../host/messages.ts";
import { exclusionOf } from "./exclude.ts";
import { showPath, type RawPath } from "./raw-path.ts";
import { readFound } from "./read-file.ts";
import type { Found } from "./found.ts";
import { walkTree } from "./walk.ts";

/** A file or a tree whose bytes are to be told from all others. */
export interface DigestsInput {
  readonly root: string;
  readonly exclude: readonly string[];
}

/** One file of it. */
export interface FileDigest {
  readonly raw: RawPath;
  /** As it is shown; "" for the root itself. */
  readonly path: string;
  /** 64 hex digits; null when it cannot be read to its end. */
  readonly sha256: string | null;
  /** The code of the operating system where it cannot. */
  readonly code: string | null;
}

/** Reads every file below a root, or the root, and changes none. */
export const task: HostTask<DigestsInput, readonly FileDigest[]> = async ({ root, exclude }) => {
  const digests: FileDigest[] = [];
  walkTree(root, exclusionOf(exclude), {
    entry: (found) => {
      if (found.kind === "file") digests.push(digestOf(root, found));
    },
    trouble: ({ path: raw, code }) =>
      void digests.push({ raw, path: showPath(raw), sha256: null, code }),
  });
  return digests;
};

function digestOf(root: string, found: Found): FileDigest {
  const name = { raw: found.path, path: showPath(found.path) };
  try {
    return { ...name, sha256: readFound(root, found, null).sha256, code: null };
  } catch (error) {
    const code = systemCode(error);
    if (code === null) throw error;
    return { ...name, sha256: null, code };
  }
}
