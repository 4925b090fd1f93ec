import type { RunDocument } from "./run-document.ts";

/** What everything that changes live data takes. */
export interface ChangeOptions {
  /** Plan only: the run comes back `planned` and nothing is touched. */
  readonly dryRun?: boolean | undefined;
  /** Go on without asking. Without it `confirm` decides; without both it is CONFIRMATION_NEEDED. */
  readonly yes?: boolean | undefined;
  /** Shown the planned run; the answer decides. */
  readonly confirm?: ((plan: RunDocument) => Promise<boolean>) | undefined;
  /** For the run and the audit trail. */
  readonly reason?: string | undefined;
}
