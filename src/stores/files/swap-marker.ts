import { dirname } from "node:path";

import * as z from "zod";

import { readWhole, writeDurably, type Disk } from "../../core/disk.ts";

const schema = z.object({
  /** Path of the tree that is replaced. */
  live: z.string(),
  /** What it must still be when it goes. */
  fingerprint: z.string(),
  /** It is not to go, because nobody has all of it. */
  keep: z.boolean(),
  /** It was looked at after it was replaced, and nothing had changed. */
  verified: z.boolean(),
});

/** What is written down before two trees change places, so that whoever comes later can end it. */
export type SwapMarker = z.output<typeof schema>;

/** Where the replaced tree lies, and the marker, while a tree beside takes its place. */
export function swapNames(beside: string): { readonly aside: string; readonly marker: string } {
  return { aside: `${beside}.replaced`, marker: `${beside}.exchange` };
}

/** Null when no trees are changing places, or the marker is none of ours. */
export async function readMarker(disk: Disk, beside: string): Promise<SwapMarker | null> {
  const bytes = await readWhole(disk, swapNames(beside).marker);
  if (bytes === null) return null;
  const parsed = schema.safeParse(JSON.parse(bytes.toString()));
  // Both lie in one folder: a marker that leads elsewhere was not written by us.
  const found = parsed.success ? parsed.data : null;
  return found !== null && dirname(found.live) === dirname(beside) ? found : null;
}

/** Written durably, before what it tells of is done. */
export async function writeMarker(disk: Disk, beside: string, marker: SwapMarker): Promise<void> {
  await writeDurably(disk, swapNames(beside).marker, Buffer.from(JSON.stringify(marker)));
}

/** Once everything it tells of is done. */
export async function removeMarker(disk: Disk, beside: string): Promise<void> {
  await disk.remove(swapNames(beside).marker);
  await disk.syncFolder(dirname(beside));
}

/** What is left of a marker whose writing was killed: nothing was done yet. */
export async function removeMarkerDraft(disk: Disk, beside: string): Promise<void> {
  await disk.remove(`${swapNames(beside).marker}.draft`);
}
