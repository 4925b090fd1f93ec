import type { Captured } from "./capture-task.ts";
import type { LiveTree } from "./live.ts";

/** A tree that was read, and where what was read lies. */
export interface CapturedTree {
  readonly live: LiveTree;
  readonly captured: Captured;
  readonly at: string;
  /** Start of the names of the image's files. */
  readonly target: string;
  readonly dispose: () => Promise<void>;
}
