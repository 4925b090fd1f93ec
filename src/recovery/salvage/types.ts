import type { Observation } from "../../core/finding.ts";
import type { Loss } from "../../core/loss.ts";
import type { Amended } from "../../stores/types.ts";

/** One file that was read, and the proof that reading did not change it. */
export interface SalvagedInput {
  readonly path: string;
  /** 64 hex digits; null where it could not be read whole. */
  readonly sha256Before: string | null;
  readonly sha256After: string | null;
}

/** What was got out of one collection. */
export interface SalvagedCollection {
  /** All that is in the copy. */
  readonly recovered: number;
  /** As many as there should be; null where nothing tells. */
  readonly expected: number | null;
  /** Of those, such as lack something that stood in them. */
  readonly partial: number;
  /** Of those, such as are not byte by byte what was there, or break a rule. */
  readonly flagged: number;
  /** Deleted ones that were read. */
  readonly deleted: number;
  readonly lost: number;
}

/** Bytes of a file that nothing could be made of. */
export interface LostRange {
  readonly file: string;
  /** Both from 0; the second one is not in it. */
  readonly bytes: readonly [from: number, to: number];
  readonly reason: string;
}

/** What a salvage has come to. */
export interface Salvaged {
  readonly inputs: readonly SalvagedInput[];
  readonly collections: Readonly<Record<string, SalvagedCollection>>;
  readonly lostRanges: readonly LostRange[];
  /** What was mended in the copy. */
  readonly amended: Amended | null;
  /** What looks at the copy still find. */
  readonly observations: readonly Observation[];
  readonly losses: readonly Loss[];
  /** Digest of the copy's receipt. */
  readonly digest: string;
}
