import { digestOf, type Digest } from "../core/hash.ts";
import type { ByteRange } from "../stores/paged-file.ts";
import type { Image } from "../stores/types.ts";

/**
 * Digest of all bytes of an image but for those that its engine counts in: two images of one digest
 * have one receipt, and are equally sound. Null where bytes do not tell that.
 */
export async function bytesDigest(
  image: Pick<Image, "parts">,
  signal: AbortSignal,
): Promise<Digest | null> {
  const { createHash } = process.getBuiltinModule("node:crypto");
  const hash = createHash("sha256");
  for await (const { name, size, pages, open } of image.parts(signal)) {
    if (pages === null) return null;
    hash.update(JSON.stringify([name, size, pages.pageSize]));
    let offset = 0;
    for await (const portion of open(signal)) {
      for (const counter of pages.counters ?? []) blank(portion, offset, counter);
      hash.update(portion);
      offset += portion.length;
    }
    if (offset !== size) return null;
  }
  return digestOf(hash.digest());
}

/** The portion is ours; it begins at this place of its file. */
function blank(portion: Uint8Array, offset: number, [from, to]: ByteRange): void {
  if (to > offset) portion.fill(0, Math.max(0, from - offset), to - offset);
}
