import { unlinkSync } from "node:fs";

import { diskError } from "./disk.ts";
import { systemCode } from "./errors.ts";

/**
 * Removes a file; no error when it is gone already. (Node's `rmSync` forgets which error it was, so
 * that a failing disk looks like a fault of ours.)
 */
export function removeFileSync(path: string | Buffer): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw diskError(String(path), error);
  }
}
