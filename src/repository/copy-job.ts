import type { JobAnswer } from "../core/pool.ts";
import type { EncodedChunk } from "./chunk.ts";
import { reopenSlot, type SealedSlot } from "./slot.ts";
import { releaseBuffer } from "../core/release.ts";
import { transferable } from "./transfer.ts";

/** Sealed chunks that shall move; `idKey` is null when nothing is encrypted. */
export interface CopyOrder {
  readonly slots: readonly SealedSlot[];
  /** What the slots lie in, moved along. */
  readonly buffers: readonly ArrayBuffer[];
  readonly idKey: Uint8Array | null;
}

/** Opens and proves chunks that shall move to another pack, without compressing them again. */
export function job({ slots, buffers, idKey }: CopyOrder): JobAnswer<readonly EncodedChunk[]> {
  const output = slots.map((slot) => transferable(reopenSlot(slot, idKey)));
  const kept = new Set(output.map(({ stored }) => stored.buffer));
  for (const buffer of buffers) if (!kept.has(buffer)) releaseBuffer(buffer);
  return { output, transfer: [...kept] };
}
