import { constants } from "node:fs";
import { open } from "node:fs/promises";

import { diskError } from "../../core/disk.ts";
import { SalvorError } from "../../core/errors.ts";
import { refuseUntrusted } from "../../core/trust.ts";
import type { FoundConfig } from "./find.ts";

/** One byte more than the parser accepts, so that it can tell. */
const READ_MAX = 1_000_001;

/**
 * Reads a configuration. One that was only found, not named, must belong to this user or to root
 * and be writable by nobody else: it tells us what to do. What is judged is what is read.
 */
export async function readTrusted(found: FoundConfig): Promise<Uint8Array> {
  const { file, named } = found;
  const instead = named ? null : `If you trust it, name it with --config ${file}.`;
  return readRegular(file, READ_MAX, {
    judged: !named,
    instead,
    notAFile: "Name a salvor.yaml with --config.",
  });
}

/**
 * Reads a file that a configuration names and that tells us what to do: rules, forgotten keys. It is
 * judged as a configuration is, however that one was found: nobody has named this file on purpose.
 */
export async function readTrustedPart(file: string, bytesMax: number): Promise<Uint8Array> {
  const notAFile = "Name a file in salvor.yaml.";
  return readRegular(file, bytesMax, { judged: true, instead: null, notAFile });
}

interface Manner {
  readonly judged: boolean;
  /** What can be done about a file that is not trusted, beside mending it. */
  readonly instead: string | null;
  readonly notAFile: string;
}

async function readRegular(
  file: string,
  bytesMax: number,
  { judged, instead, notAFile }: Manner,
): Promise<Uint8Array> {
  try {
    // A pipe of that name must not make us wait.
    await using handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = await handle.stat();
    if (!stats.isFile())
      throw new SalvorError("CONFIG_INVALID", `${file} is not a file`, { hint: notAFile });
    if (judged) refuseUntrusted(file, stats, instead);
    const bytes = Buffer.alloc(Math.min(stats.size, bytesMax));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
    return bytes.subarray(0, bytesRead);
  } catch (error) {
    throw diskError(file, error);
  }
}
