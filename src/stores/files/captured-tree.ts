import type { Bundle } from "./bundles.ts";
import type { Captured } from "./capture-task.ts";
import type { LiveTree } from "./live.ts";

/** A tree that was read, and where what was read lies. */
export interface CapturedTree {
  readonly live: LiveTree;
  readonly captured: Captured;
  readonly at: string;
  /** Start of the names of the image's files. */
  readonly target: string;
  /** The contents in the order of the list of entries, which lies there then. */
  readonly bundles: (signal: AbortSignal) => Promise<readonly Bundle[]>;
  readonly dispose: () => Promise<void>;
}
