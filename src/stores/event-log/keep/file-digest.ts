import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

import { diskError } from "../../../core/disk.ts";
import { systemCode } from "../../../core/errors.ts";

/** SHA-256 of a file; null when it is not there or cannot be read to its end. */
export async function readBytesDigest(path: string): Promise<string | null> {
  const hash = createHash("sha256");
  try {
    for await (const bytes of createReadStream(path, { highWaterMark: 1 << 20 }))
      hash.update(bytes as Uint8Array);
    return hash.digest("hex");
  } catch (error) {
    if (["ENOENT", "EIO", "EACCES"].includes(systemCode(error) ?? "")) return null;
    throw diskError(path, error);
  }
}
