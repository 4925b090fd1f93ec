import { messageOf, SalvorError } from "../core/errors.ts";
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
import { openSession, type Session } from "./session.ts";
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
  // What went well is recorded where it is known what it was; a failure is one wherever it happens.
  const told = async <T>(action: string, subject: string, work: Promise<T>): Promise<T> => {
    return work.catch(async (error: unknown) => {
      await recordFailure(session, action, subject, error);
      throw error;
    });
  };
  return {
    receipt: (given, signal = never) =>
      told("receipt", given.subject, sealReceiptOf(session, given, signal)),
    compare: (given, signal = never) =>
      told("compare", `${given.a} ${given.b}`, compareSubjects(session, given, signal)),
    backup: (given = {}, signal = never) =>
      told("backup", given.stores?.join(" ") ?? "", backUp(session, given, signal)),
    snapshots: (given = {}, signal = never) => listSnapshots(session, given, signal),
    verify: (given = {}, signal = never) =>
      told("verify", given.snapshots?.join(" ") ?? "", verifySnapshots(session, given, signal)),
    restore: (given, signal = never) =>
      told("restore", given.snapshot ?? given.point ?? "", restore(session, given, signal)),
    resume: (given = {}, signal = never) =>
      told("resume", given.run ?? "", resumeRuns(session, given, signal)),
    cancel: (given, signal = never) => told("cancel", given.run, cancelRun(session, given, signal)),
    runs: (given = {}, signal = never) => listRuns(session, given, signal),
    prune: (given = {}, signal = never) => told("prune", "", prune(session, given, signal)),
    repositoryCheck: (signal = never) =>
      told("repository check", "", checkRepository(session, signal)),
    repositoryRepair: (given = {}, signal = never) =>
      told("repository repair", "", repairRepository(session, given, signal)),
    repositoryPassphrase: (given, signal = never) =>
      told("repository passphrase", "", changePassphrase(session, given, signal)),
    auditTrail: (given = {}) => auditTrail(session, given),
    status: (signal = never) => status(session, signal),
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

/** The error that is on its way out is the one to be seen, whatever the trail has to say. */
async function recordFailure(
  session: Session,
  action: string,
  subject: string,
  error: unknown,
): Promise<void> {
  const failed = error instanceof SalvorError ? error.code : "FAULT";
  try {
    await session.record(action, subject, "", { failed, message: messageOf(error) });
  } catch (problem) {
    session.world.log.warn("the audit trail did not record a failure", {
      action,
      problem: messageOf(problem),
    });
  }
}
