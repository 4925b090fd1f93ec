import type { RepairVerdict } from "../repair/types.ts";

/** What is known of a damaged document. */
export interface DocumentFacts {
  /** What a repair in place comes to; `exact`: it is sound JSON, and wrong all the same. */
  readonly repair: RepairVerdict;
  /** What the repair gives is a document of its collection and has its key. */
  readonly isWhole: boolean;
  /** Breaches of schema, states and order in it. */
  readonly breaches: number;
  /** A snapshot has a good version. */
  readonly hasVersion: boolean;
  /** It is sound JSON as it lies there: somebody can read it. */
  readonly isSound: boolean;
  /** The store is in order without it: no file of that very name must be there. */
  readonly isRemovable: boolean;
}

/** What is done about a document. */
export type DocumentAction = "repair" | "restore" | "keep-part" | "take-out" | "leave";

/**
 * Pure: the least change first. A certain repair that keeps the rules; else a good version of a
 * snapshot; else a certain repair that breaks a rule, for all its content is there; else a part that
 * keeps all rules. What is left of the others is taken out of the store, where it stands in the way
 * of the rest, and lies in quarantine; what somebody can still read stays.
 */
export function decideDocument(facts: DocumentFacts): DocumentAction {
  const { repair, isWhole, breaches, hasVersion, isSound, isRemovable } = facts;
  const isCertain = repair === "repaired" && isWhole;
  if (isCertain && breaches === 0) return "repair";
  if (hasVersion) return "restore";
  if (isCertain) return "repair";
  if (repair === "partial" && isWhole && breaches === 0) return "keep-part";
  return isSound || !isRemovable ? "leave" : "take-out";
}
