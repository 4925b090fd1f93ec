import type { DocumentRepair } from "../repair/types.ts";
import { repairDocument } from "../repair/document.ts";
import { decideDocument, type DocumentAction } from "./decide.ts";
import type { Judge, Judged } from "./judge.ts";
import { left, lost, partOf, restored, type Verdict } from "./fates.ts";
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
  const { becomes, ...fate } = outcomeOf(action, { question, repair, version, bytes });
  const told = { collection: judge.spec.name, path: file.name, key: keyOf(question, judged) };
  const { reasons, dropped } = repair;
  return {
    bytes: becomes,
    documents: [{ ...told, reasons, dropped, loss: null, ...fate }],
    isWanted,
  };
}

interface Choice {
  readonly question: MendQuestion;
  readonly repair: DocumentRepair;
  readonly version: Version | null;
  readonly bytes: Uint8Array;
}

/** What the file becomes, and what is to be told of it. */
function outcomeOf(
  action: DocumentAction,
  { question, repair, version, bytes }: Choice,
): Verdict & { readonly becomes: MendedFile["bytes"] } {
  switch (action) {
    case "repair":
      return { becomes: repair.bytes, verdict: "repaired" };
    case "restore": {
      const key = version?.key ?? null;
      const fate = restored(repair, version, bytes);
      return { becomes: version?.bytes, ...fate, ...(key !== null && { key }) };
    }
    case "keep-part":
      return { becomes: repair.bytes, ...partOf(repair) };
    case "take-out":
      return { becomes: null, ...lost(repair) };
    case "leave":
      return { becomes: undefined, ...left(question.file, repair) };
    default:
      return action satisfies never;
  }
}

/** Its place, where nobody can read its own key. */
function keyOf({ file }: MendQuestion, judged: Judged | null): DocumentFate["key"] {
  return judged?.isWhole === true && judged.key !== null ? judged.key : { _path: file.name };
}
