import type { Command } from "./command.ts";

/** A command as the list of commands knows it: its module is read only when it is called. */
export interface ListedCommand {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** Every command, in the order a user meets them. A new one is a new file and a new line here. */
export const commands: readonly ListedCommand[] = [
  {
    name: "init",
    summary: "Find databases and write salvor.yaml",
    load: async () => (await import("./commands/init.ts")).initCommand,
  },
  {
    name: "config",
    summary: "Check salvor.yaml, or print its JSON Schema",
    load: async () => (await import("./commands/config.ts")).configCommand,
  },
  {
    name: "backup",
    summary: "Take snapshots with sealed receipts",
    load: async () => (await import("./commands/backup.ts")).backupCommand,
  },
  {
    name: "snapshots",
    summary: "List snapshots",
    load: async () => (await import("./commands/snapshots.ts")).snapshotsCommand,
  },
  {
    name: "verify",
    summary: "Read snapshots back and raise their proven level",
    load: async () => (await import("./commands/verify.ts")).verifyCommand,
  },
  {
    name: "audit",
    summary: "Is everything there, and the shape that it should have?",
    load: async () => (await import("./commands/audit.ts")).auditCommand,
  },
  {
    name: "integrity",
    summary: "Do the data keep their rules?",
    load: async () => (await import("./commands/integrity.ts")).integrityCommand,
  },
  {
    name: "scan",
    summary: "Is anything physically damaged?",
    load: async () => (await import("./commands/scan.ts")).scanCommand,
  },
  {
    name: "findings",
    summary: "List what was found; acknowledge or resolve it",
    load: async () => (await import("./commands/findings.ts")).findingsCommand,
  },
  {
    name: "recover",
    summary: "Mend what was found, with the least change",
    load: async () => (await import("./commands/recover.ts")).recoverCommand,
  },
  {
    name: "salvage",
    summary: "Read what is readable into a new place, without any backup",
    load: async () => (await import("./commands/salvage.ts")).salvageCommand,
  },
  {
    name: "full-recovery",
    summary: "Audit, integrity, scan, recover, verify",
    load: async () => (await import("./commands/full-recovery.ts")).fullRecoveryCommand,
  },
  {
    name: "restore",
    summary: "Build a store from a snapshot, and prove it",
    load: async () => (await import("./commands/restore.ts")).restoreCommand,
  },
  {
    name: "rebuild",
    summary: "Compute the state of projections anew from their event logs",
    load: async () => (await import("./commands/rebuild.ts")).rebuildCommand,
  },
  {
    name: "verify-state",
    summary: "Is the state what its event log says?",
    load: async () => (await import("./commands/verify-state.ts")).verifyStateCommand,
  },
  {
    name: "tail",
    summary: "Apply new events to the state as they come",
    load: async () => (await import("./commands/tail.ts")).tailCommand,
  },
  {
    name: "receipt",
    summary: "Say what a store holds, or held",
    load: async () => (await import("./commands/receipt.ts")).receiptCommand,
  },
  {
    name: "compare",
    summary: "Prove that two stores hold the same, or list the differences",
    load: async () => (await import("./commands/compare.ts")).compareCommand,
  },
  {
    name: "resume",
    summary: "Finish or undo what was interrupted",
    load: async () => (await import("./commands/resume.ts")).resumeCommand,
  },
  {
    name: "cancel",
    summary: "Stop a run and undo what it did",
    load: async () => (await import("./commands/cancel.ts")).cancelCommand,
  },
  {
    name: "runs",
    summary: "Show what was run",
    load: async () => (await import("./commands/runs.ts")).runsCommand,
  },
  {
    name: "generate-report",
    summary: "Tell what was found, done, proven and lost",
    load: async () => (await import("./commands/generate-report.ts")).generateReportCommand,
  },
  {
    name: "prune",
    summary: "Remove snapshots that no rule keeps",
    load: async () => (await import("./commands/prune.ts")).pruneCommand,
  },
  {
    name: "repository",
    summary: "Check or repair the repository, change its passphrase",
    load: async () => (await import("./commands/repository.ts")).repositoryCommand,
  },
  {
    name: "audit-trail",
    summary: "Show who did what, and prove that nobody changed the record",
    load: async () => (await import("./commands/audit-trail.ts")).auditTrailCommand,
  },
  {
    name: "status",
    summary: "Show the state of the whole",
    load: async () => (await import("./commands/status.ts")).statusCommand,
  },
];
