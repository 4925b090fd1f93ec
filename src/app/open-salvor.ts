import { auditTrail } from "./audit-trail.ts";
import { backUp } from "./back-up.ts";
import { compareSubjects, sealReceiptOf } from "./compare.ts";
import {
  changePassphrase,
  checkRepository,
  listSnapshots,
  prune,
  repairRepository,
} from "./housekeeping.ts";
import { restore } from "./restore.ts";
import { cancelRun, listRuns, resumeRuns } from "./runs.ts";
import { openSession } from "./session.ts";
import { status } from "./status.ts";
import type { OpenOptions, Salvor } from "./types.ts";
import { verifySnapshots } from "./verify.ts";

/**
 * Opens Salvor on a salvor.yaml: a method for each command, each resolving to exactly the command's
 * `--json` document. State, repository and threads are opened when they are first needed; dispose it.
 *
 * @throws {SalvorError} CONFIG_MISSING, CONFIG_INVALID, CONFIG_UNTRUSTED.
 */
export async function openSalvor(options: OpenOptions = {}): Promise<Salvor> {
  const session = await openSession(options);
  const never = new AbortController().signal;
  return {
    receipt: (given, signal = never) => sealReceiptOf(session, given, signal),
    compare: (given, signal = never) => compareSubjects(session, given, signal),
    backup: (given = {}, signal = never) => backUp(session, given, signal),
    snapshots: (given = {}, signal = never) => listSnapshots(session, given, signal),
    verify: (given = {}, signal = never) => verifySnapshots(session, given, signal),
    restore: (given, signal = never) => restore(session, given, signal),
    resume: (given = {}, signal = never) => resumeRuns(session, given, signal),
    cancel: (given, signal = never) => cancelRun(session, given, signal),
    runs: (given = {}, signal = never) => listRuns(session, given, signal),
    prune: (given = {}, signal = never) => prune(session, given, signal),
    repositoryCheck: (signal = never) => checkRepository(session, signal),
    repositoryRepair: (given = {}, signal = never) => repairRepository(session, given, signal),
    repositoryPassphrase: (given, signal = never) => changePassphrase(session, given, signal),
    auditTrail: (given = {}) => auditTrail(session, given),
    status: (signal = never) => status(session, signal),
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}
