import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

import { diskError } from "../../core/disk.ts";
import type { FileDigest } from "../../stores/files/digests-task.ts";
import type { SalvagedInput } from "./types.ts";

/**
 * Every file that was there before, and what it was then and is now.
 *
 * @param root what a path of "" stands for.
 */
export async function compareInputs(
  root: string,
  before: string,
  after: string,
): Promise<readonly SalvagedInput[]> {
  const now = new Map<string, string | null>();
  for await (const [path, sha256] of digestsIn(after)) now.set(path, sha256);
  const inputs: SalvagedInput[] = [];
  for await (const [path, sha256Before] of digestsIn(before)) {
    const sha256After = now.get(path) ?? null;
    // One text where they are equal: there may be very many.
    const isSame = sha256After === sha256Before;
    inputs.push({
      path: path === "" ? root : path,
      sha256Before,
      sha256After: isSame ? sha256Before : sha256After,
    });
  }
  return inputs;
}

async function* digestsIn(path: string): AsyncGenerator<FileDigest> {
  try {
    for await (const line of createInterface({ input: createReadStream(path) }))
      yield JSON.parse(line) as FileDigest;
  } catch (error) {
    throw diskError(path, error);
  }
}
