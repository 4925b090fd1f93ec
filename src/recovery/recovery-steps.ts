import type { StepDefinition } from "../plans/define-step.ts";
import type { RecoveryContext } from "./context.ts";
import { backup } from "./steps/backup.ts";
import { exchange } from "./steps/exchange.ts";
import { merge } from "./steps/merge.ts";
import { putBackRows } from "./steps/put-back-rows.ts";
import { quarantine } from "./steps/quarantine.ts";
import { rebuild } from "./steps/rebuild.ts";
import { reindex } from "./steps/reindex.ts";
import { repairDocument } from "./steps/repair-document.ts";
import { restoreBeside } from "./steps/restore-beside.ts";
import { verify } from "./steps/verify.ts";
import { verifyLive } from "./steps/verify-live.ts";

/** Every kind of step that a recovery has: one file each in steps/, one line each here. */
export function recoverySteps(recovery: RecoveryContext): readonly StepDefinition[] {
  return [
    backup(recovery),
    exchange(recovery),
    merge(recovery),
    putBackRows(recovery),
    quarantine(recovery),
    rebuild(recovery),
    reindex(recovery),
    repairDocument(recovery),
    restoreBeside(recovery),
    verify(recovery),
    verifyLive(recovery),
  ];
}
