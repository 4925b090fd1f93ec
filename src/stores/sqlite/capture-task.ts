import { open } from "node:fs/promises";
import { backup, DatabaseSync } from "node:sqlite";

import type { HostTask } from "../host/messages.ts";
import { engineError, guard } from "../engine/engine.ts";

/** The live database, and where its copy goes. */
export interface CaptureInput {
  readonly path: string;
  /** Becomes the image; must not exist. */
  readonly target: string;
  readonly busyTimeoutMs: number;
}

/** Pages in one step of the copy: large enough to cost nothing, small enough to notice a signal. */
const PAGES_PER_STEP = 8192;

/**
 * Copies one committed instant of a live database. The open read transaction is what makes it one:
 * without it the copy starts again whenever somebody commits.
 */
export const task: HostTask<CaptureInput, null> = async (input, { progress }) => {
  // Made first, so that the engine finds a file that nobody else may read.
  await using _private = await open(input.target, "wx", 0o600);
  const source = new DatabaseSync(input.path, { readOnly: true, timeout: input.busyTimeoutMs });
  try {
    guard(source);
    source.exec("BEGIN");
    source.prepare("SELECT count(*) FROM sqlite_schema").get();
    await backup(source, input.target, {
      rate: PAGES_PER_STEP,
      progress: ({ totalPages, remainingPages }) =>
        progress(totalPages - remainingPages, totalPages),
    });
    return null;
  } catch (error) {
    throw engineError(input.path, error);
  } finally {
    source.close();
  }
};
