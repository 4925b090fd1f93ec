import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string;
  /** A path inside the folder. */
  join(...names: readonly string[]): string;
}

/** A new empty folder, gone with everything in it when disposed. KEEP=1 keeps it for a look. */
export async function temporaryFolder(parent: string = tmpdir()): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(parent, "salvor-test-"));
  return {
    path,
    join: (...names) => join(path, ...names),
    [Symbol.asyncDispose]: async () => {
      if (process.env["KEEP"] !== "1") await rm(path, { force: true, recursive: true });
    },
  };
}

/** A temporary folder in memory where there is one, for thousands of syncs that nobody waits for. */
export function memoryFolder(): Promise<TemporaryFolder> {
  return temporaryFolder(existsSync("/dev/shm") ? "/dev/shm" : tmpdir());
}
