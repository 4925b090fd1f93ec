import { rankOf } from "../checks/severity.ts";
import type { Finding } from "../checks/types.ts";
import { counted } from "../core/text.ts";
import type { Expectations } from "../receipts/suspicion.ts";
import type { Snapshot } from "../repository/types.ts";
import { putBackSources } from "./put-back-sources.ts";
import { snapshotName, type Cure, type Remedy } from "./remedies.ts";

/** What is known of a store that may need help. */
export interface RemedyQuestion {
  readonly store: string;
  /**
   * All findings of the store, acknowledged ones too: open ones of severity medium or above count, and
   * what somebody has acknowledged to be gone is not put back for another finding's sake.
   */
  readonly findings: readonly Finding[];
  /** All snapshots of the store, in any order. */
  readonly snapshots: readonly Snapshot[];
  readonly expect: Expectations;
  /** What can be done to the live store; see `Capabilities`. */
  readonly amendments?: readonly string[];
  /** Restore from this one, whatever the findings say. */
  readonly from: Snapshot | null;
}

const PUT_BACK = "put-back-rows";
const REINDEX = "reindex";
const MEND = "repair-document";
/** The finding that snapshots may be there which nobody can read now. */
const UNREADABLE = "backups.unreadable";
const MERGE = "merge";
const RESTORE = ["restore-beside", "exchange"];

/**
 * Pure: the least that mends a store. Only categories, remedies and places of findings are looked at,
 * so that it is the same for every driver.
 */
export function chooseRemedy(question: RemedyQuestion): Remedy {
  const { from } = question;
  const open = question.findings.filter(isUrgent);
  if (from !== null) return restoreFrom(from);
  if (open.length === 0) return { kind: "nothing", sentence: "nothing to do", unmended: [] };
  const denied = open.find(isLockedOut);
  if (denied !== undefined) return lockedOut(denied, open);
  const cause = open.find(needsRestore);
  if (cause === undefined && canMerge(question, open)) return merge(question, open);
  if (cause === undefined)
    return canMend(question, open) ? mend(question, open) : amend(question, open);
  return restoreNewest(byWorth(question.snapshots), cause.description, open);
}

/** What is left when less did not help: the engine could not work on the damaged store. */
export function chooseRestore(question: RemedyQuestion, refusal: string): Remedy {
  return restoreNewest(byWorth(question.snapshots), refusal, question.findings.filter(isUrgent));
}

/** The newest first, and last what brings nothing back. */
function byWorth(snapshots: readonly Snapshot[]): readonly Snapshot[] {
  return snapshots.toSorted(
    (a, b) => Number(isEmpty(a)) - Number(isEmpty(b)) || b.sequence - a.sequence,
  );
}

/** A backup of a store that was emptied already brings nothing back. */
function isEmpty({ receipt }: Snapshot): boolean {
  return Object.keys(receipt.collections).length === 0;
}

function isUrgent({ status, severity }: Finding): boolean {
  return status === "open" && rankOf(severity) <= rankOf("medium");
}

/** Only where nothing can be read: a key that others can read as well is no lock. */
function isLockedOut({ category, severity }: Finding): boolean {
  return category === "permission" && severity === "critical";
}

/** Documents are mended one by one, and those that are gone come back so. */
function canMend({ amendments = [] }: RemedyQuestion, open: readonly Finding[]): boolean {
  const asked = open.some(({ remedies }) => remedies.includes(MEND) || remedies.includes(PUT_BACK));
  return asked && amendments.includes("mend-documents");
}

/** Events are merged from the newest snapshot and older ones; without any there is nothing to gain. */
function canMerge(
  { amendments = [], snapshots }: RemedyQuestion,
  open: readonly Finding[],
): boolean {
  const asked = open.some(({ remedies }) => remedies.includes(MERGE));
  return asked && amendments.includes("mend-events") && snapshots.some((each) => !isEmpty(each));
}

function needsRestore({ category, remedies, location }: Finding): boolean {
  if (remedies.includes(MEND) || remedies.includes(MERGE)) return false;
  if (remedies.some((each) => RESTORE.includes(each))) return true;
  const isIndex = remedies.includes(REINDEX) && location.index !== undefined;
  return category === "corruption" && !isIndex;
}

function restoreFrom(from: Snapshot): Remedy {
  const sentence = `restore ${snapshotName(from)}, as was asked`;
  return { kind: "restore", candidates: [from], sentence, unmended: [] };
}

/** No restore helps against a file that may not be opened, and it would hide the reason. */
function lockedOut({ description }: Finding, open: readonly Finding[]): Remedy {
  return impossible(
    `it cannot be opened: ${description}`,
    'Give its user the right to read and write it (chmod, chown), then run "salvor audit".',
    open,
  );
}

function restoreNewest(
  snapshots: readonly Snapshot[],
  why: string,
  open: readonly Finding[],
): Remedy {
  const [newest, ...older] = snapshots;
  if (newest === undefined) {
    const hint =
      "Keep the file as it is, nothing was changed; and back up what is sound from now on.";
    return impossible(`${why}; there is nothing to restore it from`, hint, open);
  }
  const next = older.length === 0 ? "" : `, or an older one of ${older.length} if it is damaged`;
  const sentence =
    `restore ${snapshotName(newest)}${next}: ${why}; ` +
    "what was committed after it stays in quarantine, and is listed as far as it can be read";
  // What the restored state still lacks, the next look finds: then it is mended by putting back.
  return { kind: "restore", candidates: snapshots, sentence, unmended: [] };
}

function mend(question: RemedyQuestion, open: readonly Finding[]): Remedy {
  const asked = open.filter(({ remedies }) => remedies.includes(PUT_BACK));
  const { sources: back, without } = putBackSources(question, asked);
  const isHelped = (each: Finding): boolean => each.remedies.includes(MEND) || asked.includes(each);
  const unmended = open.filter((each) => !isHelped(each) || without.includes(each));
  const candidates = byWorth(question.snapshots).filter((each) => !isEmpty(each));
  const names = back.flatMap(({ collections }) => collections);
  const [newest] = candidates;
  const from =
    newest === undefined
      ? "; there is no snapshot to restore one from"
      : `, else from ${snapshotName(newest)} or an older one`;
  const more = names.length === 0 ? "" : `; what is gone of ${names.join(", ")} comes back`;
  const sentence = `mend documents one by one, in place where that is certain${from}${more}`;
  const takeOut = !open.some(({ code }) => code === UNREADABLE);
  return { kind: "mend", candidates, back, takeOut, sentence, unmended };
}

function merge({ snapshots }: RemedyQuestion, open: readonly Finding[]): Remedy {
  const candidates = byWorth(snapshots).filter((each) => !isEmpty(each));
  const [newest] = candidates;
  const from = newest === undefined ? "" : ` from ${snapshotName(newest)} or an older one`;
  const sentence = `bring events back${from}, one by one; what is newer and whole stays`;
  const unmended = open.filter(({ remedies }) => !remedies.includes(MERGE));
  const takeOut = !open.some(({ code }) => code === UNREADABLE);
  return { kind: "merge", candidates, takeOut, sentence, unmended };
}

function amend(question: RemedyQuestion, open: readonly Finding[]): Remedy {
  const indexes = indexesOf(open);
  const asked = open.filter(({ remedies }) => remedies.includes(PUT_BACK));
  const { sources, without } = putBackSources(question, asked);
  const unmended = open.filter(
    (each) => without.includes(each) || (!asked.includes(each) && !each.remedies.includes(REINDEX)),
  );
  if (sources.length > 0) {
    const what = sources.flatMap(({ collections, candidates: [newest] }) =>
      newest === undefined ? [] : `${collections.join(", ")} from ${snapshotName(newest)}`,
    );
    const first = indexes.length === 0 ? "" : `build ${indexes.join(", ")} anew, and `;
    const sentence = `${first}put rows back that are missing: ${what.join("; ")}`;
    return { kind: "put-back", sources, indexes, sentence, unmended };
  }
  if (indexes.length > 0) {
    const sentence = `build indexes anew from their tables: ${indexes.join(", ")}`;
    return { kind: "reindex", indexes, sentence, unmended };
  }
  const [first] = unmended;
  return impossible(
    `${counted(unmended.length, "finding")} that only a person can mend, the first: ${first?.description ?? ""}`,
    'Mend the data, or say which snapshot to go back to: "salvor recover <store> --from <snapshot>".',
    unmended,
  );
}

function indexesOf(open: readonly Finding[]): readonly string[] {
  const hurt = open.filter(({ remedies }) => remedies.includes(REINDEX));
  return [...new Set(hurt.flatMap(({ location }) => location.index ?? []))].toSorted();
}

function impossible(sentence: string, hint: string, unmended: readonly Finding[]): Remedy {
  const cure: Cure = { kind: "impossible", hint };
  return { ...cure, sentence, unmended };
}
