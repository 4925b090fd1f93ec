import type { DocumentRepair } from "../repair/types.ts";
import { holdsNewer } from "./newer.ts";
import type { DocumentFate, SourceFolder, SuspectFile } from "./types.ts";
import type { Version } from "./versions.ts";

/** Ends what is said of a loss where snapshots were asked. */
export const NOWHERE = ", and no snapshot that could be read has a good version";

/** A verdict, and what more there is to say. */
export type Verdict = Pick<DocumentFate, "verdict"> & Partial<DocumentFate>;

/** What was newer than the version goes with the damage, where any of it can still be read. */
export function restored(
  { bytes: rest }: Pick<DocumentRepair, "bytes">,
  version: Pick<Version, "bytes" | "source"> | null,
  damaged: Uint8Array,
): Verdict {
  const from = version === null ? "" : version.source.name;
  const isNewer = version !== null && rest !== null && holdsNewer({ damaged, rest }, version.bytes);
  return {
    verdict: "restored",
    reasons: [`the version of ${from} took its place`],
    dropped: [],
    loss: isNewer ? `what was changed in it after ${from} is kept in quarantine only` : null,
  };
}

/** The rest of it is a loss, and named. */
export function partOf({ dropped, reasons }: Pick<DocumentRepair, "dropped" | "reasons">): Verdict {
  const text = dropped.map((each) => JSON.stringify(each.text.slice(0, 80))).join(", ");
  const what = text === "" ? "a part of it is in doubt" : `these parts are gone: ${text}`;
  return { verdict: "partial", loss: `${what} (${reasons.at(-1) ?? "damaged"})` };
}

/** No good version anywhere. */
export function lost({ bytes, reasons }: DocumentRepair): Verdict {
  const tried =
    bytes === null ? reasons.at(-1) : "what can still be read of it is no whole document";
  const why = tried ?? "it cannot be read";
  return {
    verdict: "lost",
    reasons: [why],
    dropped: [],
    loss: why + NOWHERE,
  };
}

/** A copy has it at the place of the damage, and it comes back from nowhere. */
export function vanished(source: Pick<SourceFolder, "name">): Verdict {
  const reason = `${source.name} has it where the damage is, and it is not there any more`;
  return {
    verdict: "lost",
    reasons: [reason],
    dropped: [],
    loss: `${reason}: whether it was deleted or lost cannot be told`,
  };
}

/** Bytes of a file of records in which nothing can be told. */
export function lostHole({
  from,
  end,
  line,
  records,
}: {
  readonly from: number;
  readonly end: number;
  readonly line: number;
  /** By the size of others; not a number where there are none. */
  readonly records: number;
}): Verdict {
  const about = records > 1 ? `about ${records} records` : "a record or more";
  const where = `the bytes ${from} to ${end} (line ${line}) held ${about} that cannot be told`;
  return {
    verdict: "lost",
    reasons: [where],
    dropped: [],
    loss: where + NOWHERE,
  };
}

/** What stays as it lies there. */
export function left({ isSound }: Pick<SuspectFile, "isSound">, repair: DocumentRepair): Verdict {
  if (!isSound) return lost(repair);
  const reason = "it can be read, and nobody but a person can tell what is right";
  return { verdict: "left", reasons: [reason], dropped: [] };
}
