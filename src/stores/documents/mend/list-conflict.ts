import { settleConflict } from "../repair/conflict.ts";
import { Draft } from "../repair/draft.ts";
import { partOf } from "./fates.ts";
import type { MendQuestion } from "./mend-document.ts";
import type { DocumentFate } from "./types.ts";

/** A list in which nobody has finished a merge, with one side of it. */
export interface SettledList {
  readonly bytes: Uint8Array;
  readonly document: DocumentFate;
}

/**
 * Takes one side of a merge in a list, where that makes the whole list sound: between the marks lie
 * whole records, and which of them belong together no record tells. Null where there is none.
 */
export function settledList({ file, judge }: MendQuestion, before: Uint8Array): SettledList | null {
  const draft = new Draft(before);
  settleConflict(draft);
  if (draft.edits.length === 0 || !draft.isSound) return null;
  const { bytes, dropped, reasons, isPartial } = draft;
  const fate = isPartial
    ? { loss: null, ...partOf({ dropped, reasons }) }
    : { loss: null, verdict: "repaired" as const };
  const told = { collection: judge.spec.name, path: file.name, key: { _path: file.name } };
  return { bytes, document: { ...told, dropped, reasons, ...fate } };
}
