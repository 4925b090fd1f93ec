import { open } from "node:fs/promises";

import { SalvorError, systemCode } from "../../../core/errors.ts";
import { diskError } from "../../../core/disk.ts";
import { sha256Hex } from "../../../core/hash.ts";
import { segmentAt, type LogPlace } from "../place.ts";
import { BLOCK_BYTES } from "./blocks.ts";
import { listSegments } from "./list-segments.ts";

/** One block of a captured segment. */
export interface BlockPlace {
  readonly path: string;
  /** From 0. */
  readonly block: number;
  readonly length: number;
  readonly sha256: string;
}

/**
 * Reads a block and proves that it is what was captured. Where the segment has another name by now,
 * it is found by what it holds.
 *
 * @throws {SalvorError} STORE_CHANGED when nothing of the log holds these bytes any more.
 */
export async function readProven(
  place: LogPlace,
  wanted: BlockPlace,
): Promise<Buffer<ArrayBuffer>> {
  const proven = async (path: string): Promise<Buffer<ArrayBuffer> | null> => {
    const bytes = await readAt(segmentAt(place, path), wanted);
    return bytes !== null && sha256Hex(bytes) === wanted.sha256 ? bytes : null;
  };
  const here = await proven(wanted.path);
  if (here !== null) return here;
  for (const { path } of listSegments(place)) {
    const moved = await proven(path);
    if (moved !== null) return moved;
  }
  throw logChanged(segmentAt(place, wanted.path));
}

/** STORE_CHANGED: what was captured is not there any more. */
function logChanged(path: string): SalvorError {
  return new SalvorError("STORE_CHANGED", `${path} changed otherwise than by growing`, {
    hint: "Run the command again; a log whose head is rewritten needs the driver files.",
  });
}

async function readAt(
  path: string,
  { block, length }: BlockPlace,
): Promise<Buffer<ArrayBuffer> | null> {
  try {
    await using file = await open(path, "r");
    const bytes = Buffer.allocUnsafeSlow(length);
    for (let done = 0; done < length;) {
      const at = block * BLOCK_BYTES + done;
      const { bytesRead } = await file.read(bytes, done, length - done, at);
      if (bytesRead === 0) return null;
      done += bytesRead;
    }
    return bytes;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return null;
    throw diskError(path, error);
  }
}
