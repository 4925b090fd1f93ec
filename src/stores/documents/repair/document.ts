import { undoBitFlip } from "./bit-flip.ts";
import { settleConflict } from "./conflict.ts";
import { escapeControls } from "./control-characters.ts";
import { cutToPrefix, isTruncated } from "./cut.ts";
import { undoDoubleDecoding } from "./double-decoding.ts";
import { Draft } from "./draft.ts";
import { cutZeros, replaceNonUtf8, unifyEncoding } from "./encoding-steps.ts";
import { guessStructure } from "./guess.ts";
import { dropDamagedMembers } from "./members.ts";
import { dropRepeatedKeys } from "./repeated-keys.ts";
import { cutTail } from "./tail.ts";
import type { DocumentRepair, RepairOptions, RepairVerdict } from "./types.ts";

const DEFAULTS: RepairOptions = {
  undoDoubleDecoding: true,
  dropRepeatedKeys: false,
  guessMax: 1024 * 1024,
  isRecord: false,
};

/** What is tried, the least change first, until the document is sound. */
const STEPS: readonly ((draft: Draft) => void)[] = [
  unifyEncoding,
  cutZeros,
  settleConflict,
  cutTail,
  escapeControls,
];

/**
 * Repairs one document. The result holds only tokens that were there: what is added is structure,
 * U+FFFD for bytes that are no text, and the spelling of escapes. Nothing is chosen without a word
 * in `reasons`, and nothing left out that is not in `dropped`. Time grows with the size.
 */
export function repairDocument(
  bytes: Uint8Array,
  options: Partial<RepairOptions> = {},
): DocumentRepair {
  const {
    undoDoubleDecoding: mayUndo,
    dropRepeatedKeys: mayDrop,
    guessMax,
    isRecord,
  } = {
    ...DEFAULTS,
    ...options,
  };
  const draft = new Draft(bytes);
  for (const step of STEPS) if (!draft.isSound) step(draft);
  if (!draft.isSound) mend(draft, { guessMax, isRecord });
  if (draft.isSound && mayUndo) undoDoubleDecoding(draft);
  if (draft.isSound && mayDrop) dropRepeatedKeys(draft);
  return resultOf(draft);
}

/** What can be wrong inside: certain things first, then what loses a part. */
function mend(
  draft: Draft,
  { guessMax, isRecord }: Pick<RepairOptions, "guessMax" | "isRecord">,
): void {
  if (draft.bytes.length <= guessMax) undoBitFlip(draft);
  if (draft.isSound) return;
  replaceNonUtf8(draft);
  if (draft.isSound) return;
  if (!isTruncated(draft.bytes) && draft.bytes.length <= guessMax)
    guessStructure(draft, { isRecord });
  if (draft.isSound) return;
  if (isRecord) cutToPrefix(draft);
  else cutDown(draft);
}

/** Of the two ways to keep a part, the one that keeps more. */
function cutDown(draft: Draft): void {
  const byMembers = draft.copy();
  dropDamagedMembers(byMembers);
  const byPrefix = draft.copy();
  cutToPrefix(byPrefix);
  const ways = [byPrefix, byMembers].filter((way) => way.isSound);
  const best = ways.reduce<Draft | null>(
    (one, other) => (one !== null && one.bytes.length >= other.bytes.length ? one : other),
    null,
  );
  if (best !== null) draft.take(best);
}

function resultOf(draft: Draft): DocumentRepair {
  const { edits, dropped, reasons } = draft;
  if (!draft.isSound) {
    const lost = [...reasons, "nothing in the document can be read for certain"];
    return { verdict: "lost", bytes: null, edits: [], dropped: [], reasons: lost };
  }
  const verdict: RepairVerdict =
    edits.length === 0 ? "exact" : draft.isPartial ? "partial" : "repaired";
  return { verdict, bytes: draft.bytes, edits, dropped, reasons };
}
