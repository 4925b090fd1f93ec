import { encodeIndex, type PackContents } from "./chunk-index.ts";
import { putBlob, type RepositoryContext } from "./context.ts";
import { wrap } from "./envelope.ts";
import { indexName } from "./format.ts";

/** Slots of one index at most, 22 MB of it: readers refuse what is enormous. */
const SLOTS_MAX = 500_000;

/** Writes indexes of these packs, durably: one, or several where there are very many chunks. */
export async function writeIndexes(
  { blobs, keys, world }: RepositoryContext,
  packs: readonly PackContents[],
  signal: AbortSignal,
): Promise<{ readonly bytes: number }> {
  let total = 0;
  for (const group of groups(packs)) {
    const { bytes, hash } = wrap("index", encodeIndex(group), keys, world);
    await putBlob(blobs, indexName(hash), bytes, signal);
    total += bytes.length;
  }
  return { bytes: total };
}

/** A pack stands in one index whole. */
function groups(packs: readonly PackContents[]): PackContents[][] {
  const found: PackContents[][] = [];
  let slots = Infinity;
  for (const pack of packs) {
    slots += pack.slots.length;
    const group = slots <= SLOTS_MAX ? found.at(-1) : undefined;
    if (group !== undefined) {
      group.push(pack);
      continue;
    }
    found.push([pack]);
    slots = pack.slots.length;
  }
  return found;
}
