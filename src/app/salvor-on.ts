import { messageOf } from "../core/errors.ts";
import { tellError } from "../core/tell-error.ts";
import type { Session } from "./session.ts";
import type { Salvor } from "./types.ts";

/** Salvor on a session that somebody has opened; disposing it disposes the session. */
export function openSalvorOn(session: Session): Salvor {
  const never = new AbortController().signal;
  // What went well is recorded where it is known what it was; a failure is one wherever it happens.
  const told = async <T>(action: string, subject: string, work: Promise<T>): Promise<T> => {
    return work.catch(async (error: unknown) => {
      await recordFailure(session, action, subject, error);
      throw error;
    });
  };
  return {
    receipt: async (given, signal = never) => {
      const { sealReceiptOf } = await import("./compare.ts");
      return told("receipt", given.subject, sealReceiptOf(session, given, signal));
    },
    compare: async (given, signal = never) => {
      const { compareSubjects } = await import("./compare.ts");
      return told("compare", `${given.a} ${given.b}`, compareSubjects(session, given, signal));
    },
    backup: async (given = {}, signal = never) => {
      const { backUp } = await import("./back-up.ts");
      return told("backup", given.stores?.join(" ") ?? "", backUp(session, given, signal));
    },
    snapshots: async (given = {}, signal = never) => {
      const { listSnapshots } = await import("./housekeeping.ts");
      return listSnapshots(session, given, signal);
    },
    verify: async (given = {}, signal = never) => {
      const { verifySnapshots } = await import("./verify.ts");
      const subject = given.snapshots?.join(" ") ?? "";
      return told("verify", subject, verifySnapshots(session, given, signal));
    },
    restore: async (given, signal = never) => {
      const { restore } = await import("./restore.ts");
      const subject = given.snapshot ?? given.point ?? "";
      return told("restore", subject, restore(session, given, signal));
    },
    resume: async (given = {}, signal = never) => {
      const { resumeRuns } = await import("./runs.ts");
      return told("resume", given.run ?? "", resumeRuns(session, given, signal));
    },
    cancel: async (given, signal = never) => {
      const { cancelRun } = await import("./runs.ts");
      return told("cancel", given.run, cancelRun(session, given, signal));
    },
    runs: async (given = {}, signal = never) => {
      const { listRuns } = await import("./runs.ts");
      return listRuns(session, given, signal);
    },
    prune: async (given = {}, signal = never) => {
      const { prune } = await import("./housekeeping.ts");
      return told("prune", "", prune(session, given, signal));
    },
    repositoryCheck: async (signal = never) => {
      const { checkRepository } = await import("./housekeeping.ts");
      return told("repository check", "", checkRepository(session, signal));
    },
    repositoryRepair: async (given = {}, signal = never) => {
      const { repairRepository } = await import("./housekeeping.ts");
      return told("repository repair", "", repairRepository(session, given, signal));
    },
    repositoryPassphrase: async (given, signal = never) => {
      const { changePassphrase } = await import("./housekeeping.ts");
      return told("repository passphrase", "", changePassphrase(session, given, signal));
    },
    audit: async (given = {}, signal = never) => {
      const { auditStores } = await import("./audit.ts");
      return told("audit", given.stores?.join(" ") ?? "", auditStores(session, given, signal));
    },
    integrity: async (given = {}, signal = never) => {
      const { checkStores } = await import("./integrity.ts");
      return told("integrity", given.stores?.join(" ") ?? "", checkStores(session, given, signal));
    },
    scan: async (given = {}, signal = never) => {
      const { scanStores } = await import("./scan.ts");
      return told("scan", given.stores?.join(" ") ?? "", scanStores(session, given, signal));
    },
    findings: async (given = {}) => {
      const { findingsOf } = await import("./findings.ts");
      return findingsOf(session, given);
    },
    acknowledgeFinding: async (given) => {
      const { acknowledge } = await import("./findings.ts");
      return told("acknowledge finding", given.id, acknowledge(session, given));
    },
    resolveFinding: async (given) => {
      const { resolve } = await import("./findings.ts");
      return told("resolve finding", given.id, resolve(session, given));
    },
    recover: async (given = {}, signal = never) => {
      const { recover } = await import("./recover.ts");
      return told("recover", given.stores?.join(" ") ?? "", recover(session, given, signal));
    },
    salvage: async (given, signal = never) => {
      const { salvage } = await import("./salvage.ts");
      return told("salvage", given.subject, salvage(session, given, signal));
    },
    fullRecovery: async (given = {}, signal = never) => {
      const { fullRecovery } = await import("./full-recovery.ts");
      const subject = given.stores?.join(" ") ?? "";
      return told("full-recovery", subject, fullRecovery(session, given, signal));
    },
    rebuild: async (given = {}, signal = never) => {
      const { rebuild } = await import("./rebuild.ts");
      return told("rebuild", given.projections?.join(" ") ?? "", rebuild(session, given, signal));
    },
    verifyState: async (given = {}, signal = never) => {
      const { verifyStates } = await import("./verify-state.ts");
      const subject = given.projections?.join(" ") ?? "";
      return told("verify-state", subject, verifyStates(session, given, signal));
    },
    tail: async (given, signal = never) => {
      const { tail } = await import("./tail.ts");
      return told("tail", given.projection, tail(session, given, signal));
    },
    generateReport: async (given = {}, signal = never) => {
      const { generateReport } = await import("./generate-report.ts");
      return generateReport(session, given, signal);
    },
    auditTrail: async (given = {}) => {
      const { auditTrail } = await import("./audit-trail.ts");
      return auditTrail(session, given);
    },
    status: async (signal = never) => {
      const { status } = await import("./status.ts");
      return status(session, signal);
    },
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
  const { code: failed, message } = tellError(error);
  try {
    await session.record(action, subject, "", { failed, message });
  } catch (problem) {
    session.world.log.warn("the audit trail did not record a failure", {
      action,
      problem: messageOf(problem),
    });
  }
}
