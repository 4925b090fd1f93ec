import { repairDocument } from "../repair/document.ts";
import type { DocumentRepair } from "../repair/types.ts";
import { decideDocument } from "./decide.ts";
import type { Judge, Judged } from "./judge.ts";
import { holdsNewer } from "./newer.ts";
import type { DocumentFate, SourceFolder, SuspectFile } from "./types.ts";
import { versionOf, type Version } from "./versions.ts";

/** A file that is to be mended, and what it may be mended with. */
export interface MendQuestion {
  readonly file: SuspectFile;
  readonly judge: Judge;
  readonly sources: readonly SourceFolder[];
  readonly isForgotten: (id: string) => boolean;
  /** What is lost may leave the store. */
  readonly mayTakeOut: boolean;
  /** So may the whole file: a pattern names it, and the store is in order without it. */
  readonly isRemovable: boolean;
}

/** What a file becomes. */
export interface MendedFile {
  /** Null: it is taken away; undefined: it stays as it is. */
  readonly bytes: Uint8Array | null | undefined;
  readonly documents: readonly DocumentFate[];
  /** A good version was looked for and not found. */
  readonly isWanted: boolean;
}

/** Mends a file that holds one document. */
export function mendDocument(question: MendQuestion, bytes: Uint8Array): MendedFile {
  const { file, judge, isRemovable } = question;
  const repair = repairDocument(bytes, { dropRepeatedKeys: true });
  const judged = repair.bytes === null ? null : judge.document(repair.bytes, null);
  const isWhole = judged?.isWhole === true;
  const known = isWhole ? judged.id : null;
  const isCertain = repair.verdict === "repaired" && isWhole && judged.breaches === 0;
  const version = isCertain ? null : versionOf(judge, { ...question, raw: file.raw, id: known });
  const action = decideDocument({
    repair: repair.verdict,
    isWhole,
    breaches: judged?.breaches ?? 0,
    hasVersion: version !== null,
    isSound: file.isSound,
    isRemovable,
  });
  const isWanted = !isCertain && version?.isStrict !== true;
  const key = keyOf(question, judged);
  const told = { collection: judge.spec.name, path: file.name, key };
  const fate = (one: Partial<DocumentFate> & Pick<DocumentFate, "verdict">): DocumentFate => ({
    ...told,
    reasons: repair.reasons,
    dropped: repair.dropped,
    loss: null,
    ...one,
  });
  switch (action) {
    case "repair":
      return { bytes: repair.bytes, documents: [fate({ verdict: "repaired" })], isWanted };
    case "restore":
      return {
        bytes: version?.bytes,
        documents: [fate({ key: version?.key ?? key, ...restored(repair, version, bytes) })],
        isWanted,
      };
    case "keep-part":
      return { bytes: repair.bytes, documents: [fate(partOf(repair))], isWanted };
    case "take-out":
      return { bytes: null, documents: [fate(lost(repair))], isWanted };
    case "leave":
      return { bytes: undefined, documents: [fate(left(file, repair))], isWanted };
    default:
      return action satisfies never;
  }
}

/** Its place, where nobody can read its own key. */
function keyOf({ file }: MendQuestion, judged: Judged | null): DocumentFate["key"] {
  return judged?.isWhole === true && judged.key !== null ? judged.key : { _path: file.name };
}

type Verdict = Pick<DocumentFate, "verdict"> & Partial<DocumentFate>;

/** What was newer than the version goes with the damage, where any of it can still be read. */
export function restored(
  { bytes: rest, reasons }: DocumentRepair,
  version: Pick<Version, "bytes" | "source"> | null,
  damaged: Uint8Array,
): Verdict {
  const from = version === null ? "" : version.source.name;
  const isNewer = version !== null && rest !== null && holdsNewer({ damaged, rest }, version.bytes);
  return {
    verdict: "restored",
    reasons: [...reasons.slice(0, 1), `the version of ${from} took its place`],
    dropped: [],
    loss: isNewer ? `what was changed in it after ${from} is kept in quarantine only` : null,
  };
}

/** The rest of it is a loss, and named. */
export function partOf({ dropped, reasons }: DocumentRepair): Verdict {
  const text = dropped.map((each) => JSON.stringify(each.text.slice(0, 80))).join(", ");
  const what = text === "" ? "a part of it is in doubt" : `these parts are gone: ${text}`;
  return { verdict: "partial", loss: `${what} (${reasons.at(-1) ?? "damaged"})` };
}

/** No good version anywhere. */
export function lost({ reasons }: DocumentRepair): Verdict {
  return {
    verdict: "lost",
    loss: `${reasons.at(-1) ?? "it cannot be read"}, and no snapshot that could be read has a good version`,
  };
}

function left({ isSound }: SuspectFile, repair: DocumentRepair): Verdict {
  if (!isSound) return lost(repair);
  const reason = "it can be read, and nobody but a person can tell what is right";
  return { verdict: "left", reasons: [reason], dropped: [] };
}
