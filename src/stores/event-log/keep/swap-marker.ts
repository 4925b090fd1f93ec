import { dirname } from "node:path";

import * as z from "zod";

import { readWhole, writeDurably, type Disk } from "../../../core/disk.ts";

const schema = z.object({
  /** Address of the log that is exchanged. */
  live: z.string(),
  /** Names of what stands beside its segments meanwhile. */
  token: z.string().regex(/^[0-9a-f]{12}$/),
  /** Keep what is replaced: nobody has all of it. */
  keep: z.boolean(),
  changes: z.array(
    z.object({
      path: z.string(),
      action: z.enum(["replace", "create", "remove"]),
      /** Size and time of what is replaced; null where there is nothing. */
      mark: z.string().nullable(),
    }),
  ),
});

/** What is written down before the segments of two logs change places: whoever comes later ends it. */
export type SwapMarker = z.output<typeof schema>;

/** One segment of an exchange. */
export type SwapChange = SwapMarker["changes"][number];

/** Null when nothing is being exchanged with `beside`, or the marker is none of ours. */
export async function readMarker(disk: Disk, beside: string): Promise<SwapMarker | null> {
  const bytes = await readWhole(disk, markerPath(beside));
  if (bytes === null) return null;
  const found = schema.safeParse(JSON.parse(bytes.toString())).data ?? null;
  // A marker that leads elsewhere was not written by us.
  return found !== null && dirname(found.live) === dirname(beside) ? found : null;
}

/** Written durably, before what it tells of is done. */
export async function writeMarker(disk: Disk, beside: string, marker: SwapMarker): Promise<void> {
  await writeDurably(disk, markerPath(beside), Buffer.from(JSON.stringify(marker)));
}

/** Once everything it tells of is done. */
export async function removeMarker(disk: Disk, beside: string): Promise<void> {
  await disk.remove(markerPath(beside));
  await disk.remove(`${markerPath(beside)}.draft`);
  await disk.syncFolder(dirname(beside));
}

function markerPath(beside: string): string {
  return `${beside}.exchange`;
}
