import type { Loss } from "../core/loss.ts";
import type { RunRecord } from "../plans/types.ts";
import type { RebuildResult } from "../projections/types.ts";
import type { Proof } from "../receipts/proof.ts";
import type { Amended } from "../stores/types.ts";

/** Where the two reports of a command lie. */
export interface ReportPaths {
  readonly json: string;
  readonly html: string;
}

/** One execution of a plan, as the journal has it, with what came of it. */
export interface RunDocument extends RunRecord {
  /** How much older than the moment of the failure the restored content is. */
  readonly rpoMs: number | null;
  /** Id of the snapshot that was restored, beside or in place. */
  readonly restoredFrom: string | null;
  /** Folder that keeps the replaced state. */
  readonly quarantine: string | null;
  readonly losses: readonly Loss[];
  /** What was put back or built anew in a live store; in a dry run, what would be. */
  readonly amended: readonly Amended[];
  /** States that were built from their logs. */
  readonly rebuilt: readonly RebuildResult[];
  /** Of the first store; `equal` only when all proofs are. */
  readonly proof: Proof | null;
  readonly proofs: readonly Proof[];
  /** How the live store differs by now, where programs have written to it since the exchange. */
  readonly live: Proof | null;
  readonly reports: ReportPaths | null;
  /** Where the store was built, for `restore --to`. */
  readonly address: string | null;
}
