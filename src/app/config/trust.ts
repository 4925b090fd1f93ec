import { constants, type Stats } from "node:fs";
import { open } from "node:fs/promises";

import { diskError } from "../../core/disk.ts";
import { SalvorError } from "../../core/errors.ts";
import type { FoundConfig } from "./find.ts";

const WRITE_BY_GROUP_OR_OTHERS = 0o022;

/** One byte more than the parser accepts, so that it can tell. */
const READ_MAX = 1_000_001;

/**
 * Reads a configuration. One that was only found, not named, must belong to this user or to root
 * and be writable by nobody else: it tells us what to do. What is judged is what is read.
 */
export async function readTrusted(found: FoundConfig): Promise<Uint8Array> {
  try {
    // A pipe of that name must not make us wait.
    await using file = await open(found.file, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = await file.stat();
    if (!stats.isFile()) throw notAFile(found.file);
    if (!found.named) judge(found.file, stats);
    const bytes = Buffer.alloc(Math.min(stats.size, READ_MAX));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    return bytes.subarray(0, bytesRead);
  } catch (error) {
    throw diskError(found.file, error);
  }
}

function judge(file: string, { uid, mode }: Stats): void {
  const me = process.getuid?.();
  if (me === undefined) return; // a system without owners
  if (uid !== me && uid !== 0) {
    throw untrusted(file, `belongs to user ${uid}, not to you (${me}) or root`);
  }
  if ((mode & WRITE_BY_GROUP_OR_OTHERS) !== 0) {
    throw untrusted(
      file,
      "can be written by others",
      ` Or take the right away: chmod go-w ${file}`,
    );
  }
}

function untrusted(file: string, reason: string, more = ""): SalvorError {
  return new SalvorError("CONFIG_UNTRUSTED", `${file} is not trusted: it ${reason}`, {
    hint: `If you trust it, name it with --config ${file}.${more}`,
  });
}

function notAFile(file: string): SalvorError {
  return new SalvorError("CONFIG_INVALID", `${file} is not a file`, {
    hint: "Name a salvor.yaml with --config.",
  });
}
