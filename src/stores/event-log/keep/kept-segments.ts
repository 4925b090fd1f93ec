import * as z from "zod";

import { SalvorError } from "../../../core/errors.ts";
import type { Part } from "../../types.ts";
import { ONLY, type LogPlace } from "../place.ts";
import type { KeptSegment } from "./parts.ts";

const schema = z.object({
  path: z.string().min(1),
  size: z.int().nonnegative(),
  mode: z.int().nonnegative().max(0o7777),
  uid: z.int().nonnegative(),
  gid: z.int().nonnegative(),
  mtimeNs: z.string().regex(/^-?\d{1,20}$/),
  digest: z.string(),
});

const places = z.array(z.object({ path: z.string(), block: z.int().nonnegative() })).min(1);

/** Where a block of a snapshot stands. */
export function placesIn({ name, attributes }: Part): z.output<typeof places> {
  const found = places.safeParse(attributes["places"]).data;
  if (found === undefined) throw damagedLog(`nothing says where ${name} belongs`);
  return found;
}

/** Reads the list of segments that a snapshot begins with, and lets none lead out of the log. */
export async function readSegmentList(
  part: Part,
  place: LogPlace,
  signal: AbortSignal,
): Promise<readonly KeptSegment[]> {
  const text = Buffer.concat(await Array.fromAsync(part.open(signal))).toString();
  const segments = text
    .split("\n")
    .filter((line) => line !== "")
    .map(parseSegment);
  const paths = new Set(segments.map(({ path }) => path));
  if (paths.size !== segments.length) throw damagedLog("it lists a segment twice");
  for (const { path } of segments) refuseForeign(path, place);
  return segments;
}

function parseSegment(line: string): KeptSegment {
  try {
    return schema.parse(JSON.parse(line));
  } catch (error) {
    throw damagedLog("its list of segments is not well formed", error);
  }
}

/** Whatever a snapshot says, nothing is written outside of the log. */
function refuseForeign(path: string, { glob }: LogPlace): void {
  const names = path.split("/");
  const leadsOut = names.some((name) => ["", ".", ".."].includes(name) || name.includes("\0"));
  if (glob === null ? path === ONLY : !leadsOut) return;
  const why = glob === null ? "the log is one file here" : "its path leads out of the log";
  throw new SalvorError("REFUSED", `the snapshot asks for the segment ${path}, and ${why}`, {
    hint: "Restore it with the options that it was backed up with, or take another snapshot.",
  });
}

/** BACKUP_DAMAGED: the snapshot cannot be what was stored. */
export function damagedLog(what: string, cause?: unknown): SalvorError {
  return new SalvorError("BACKUP_DAMAGED", `the snapshot of the log is damaged: ${what}`, {
    hint: 'Run "salvor verify" on it, and restore an older one.',
    cause,
  });
}
