import type { HostTask } from "../host/messages.ts";
import { exclusionOf } from "./exclude.ts";
import { Fingerprint, GONE } from "./fingerprint.ts";
import { walkTree } from "./walk.ts";

/** A tree whose state is asked for. */
export interface FingerprintInput {
  readonly root: string;
  readonly exclude: readonly string[];
}

/** The fingerprint of a tree as it is now; no file of it is opened. */
export const task: HostTask<FingerprintInput, string> = async ({ root, exclude }) => {
  const fingerprint = new Fingerprint();
  const exists = walkTree(root, exclusionOf(exclude), {
    entry: (found) => fingerprint.add(found),
    trouble: () => {},
  });
  return exists ? fingerprint.digest() : GONE;
};
