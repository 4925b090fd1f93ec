import { lstatSync } from "node:fs";

import { diskError } from "../../core/disk.ts";
import { SalvorError } from "../../core/errors.ts";
import type { HostTask } from "../host/messages.ts";
import { foundOf } from "./found.ts";
import { placeOf, showPath, type RawPath } from "./raw-path.ts";
import { readFound } from "./read-file.ts";
import { SpoolWriter } from "./spool.ts";

/** A large file of a tree as it was read before, and where its copy goes. */
export interface LargeInput {
  readonly root: string;
  readonly path: RawPath;
  /** What it had then; what was appended since is left out. */
  readonly size: number;
  readonly sha256: string;
  readonly copy: string;
}

/** Copies a file and proves that its bytes are those that were sealed. */
export const task: HostTask<LargeInput, null> = async ({ root, path, size, sha256, copy }) => {
  const place = placeOf(root, path);
  try {
    const found = foundOf(path, lstatSync(place, { bigint: true }));
    using spool = new SpoolWriter(copy);
    const read = readFound(root, { ...found, size }, (bytes) => spool.write(bytes));
    spool.flush();
    if (read.size === size && read.sha256 === sha256) return null;
  } catch (error) {
    throw diskError(`${root}/${showPath(path)}`, error);
  }
  throw new SalvorError("STORE_BUSY", `${root}/${showPath(path)} changed after it was read`, {
    hint: "Run the backup again; exclude the file if it never rests.",
  });
};
