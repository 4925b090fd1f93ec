import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";

import { messageOf, systemCode } from "../../../core/errors.ts";
import { digestOf } from "../../../core/hash.ts";
import { timestamp } from "../../../core/world.ts";
import type { HostTask } from "../../host/messages.ts";
import type { FileFacts } from "../../facts.ts";
import { CONTENT_COMPANIONS } from "../address.ts";

/** The live database whose files are looked at. */
export interface FilesInput {
  readonly path: string;
}

/**
 * The files of a live database, hashed as they lie there. Run it in a process that never has the
 * database open with the engine.
 */
export const task: HostTask<FilesInput, readonly FileFacts[]> = async ({ path }) => {
  const companions = await Promise.all(CONTENT_COMPANIONS.map((ending) => factsOf(path + ending)));
  return [await factsOf(path), ...companions.filter(({ exists }) => exists)];
};

const PORTION_BYTES = 1 << 20;

async function factsOf(path: string): Promise<FileFacts> {
  const nothing = { path, exists: true, sizeBytes: null, modifiedAt: null, sha256: null };
  try {
    const found = await stat(path);
    const facts = { ...nothing, sizeBytes: found.size, modifiedAt: timestamp(found.mtimeMs) };
    if (!found.isFile()) return unreadable(facts, "it is not a file");
    return await read(facts);
  } catch (error) {
    const isMissing = ["ENOENT", "ENOTDIR"].includes(systemCode(error) ?? "");
    const facts = { ...nothing, exists: !isMissing };
    return unreadable(facts, isMissing ? "it does not exist" : messageOf(error));
  }
}

type Facts = Omit<FileFacts, "readable" | "valid" | "error">;

async function read(facts: Facts): Promise<FileFacts> {
  const hash = createHash("sha256");
  try {
    for await (const portion of createReadStream(facts.path, { highWaterMark: PORTION_BYTES }))
      hash.update(portion as Buffer);
    return { ...facts, sha256: digestOf(hash.digest()), readable: true, valid: true, error: null };
  } catch (error) {
    return unreadable(facts, messageOf(error));
  }
}

function unreadable(facts: Facts, error: string): FileFacts {
  return { ...facts, readable: false, valid: false, error };
}
