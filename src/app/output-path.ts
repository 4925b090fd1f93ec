import { stat } from "node:fs/promises";
import { dirname } from "node:path";

import { SalvorError } from "../core/errors.ts";
import type { Session } from "./session.ts";

/**
 * Where a file that somebody asked for is written. What is written replaces what has that name, so
 * only a file may have it: a replaced /dev/stdout serves nobody any more.
 *
 * @throws {SalvorError} USAGE.
 */
export async function outputPath(session: Session, given: string): Promise<string> {
  const path = session.path(given);
  const found = await stat(path).catch(() => null);
  if (found !== null && !found.isFile()) {
    throw new SalvorError("USAGE", `${path} is no file that could be replaced`, {
      hint: "Name a file. Without --output it is printed.",
    });
  }
  const folder = dirname(path);
  const parent = await stat(folder).catch(() => null);
  if (parent === null || !parent.isDirectory()) {
    throw new SalvorError("USAGE", `there is no folder ${folder} to write ${path} to`, {
      hint: "Make it, or name another one.",
    });
  }
  return path;
}
