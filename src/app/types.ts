import type { TrailRecord } from "../audit-trail/types.ts";
import type { FindingStatus } from "../checks/types.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { Log } from "../core/log.ts";
import type { Progress } from "../core/progress.ts";
import type { Proof } from "../receipts/proof.ts";
import type { Level, Receipt } from "../receipts/types.ts";
import type { ReportDocument, ReportFormat } from "../reports/types.ts";
import type { Problem, PruneResult, Retention, Snapshot } from "../repository/types.ts";

import type {
  AuditDocument,
  FindingDocument,
  FindingsDocument,
  FullRecoveryDocument,
  IntegrityDocument,
  ScanDocument,
} from "./look-documents.ts";
import type { ChangeOptions } from "./change-options.ts";
import type {
  RebuildDocument,
  RebuildOptions,
  RebuildsDocument,
  TailDocument,
  TailOptions,
  VerifyStateDocument,
  VerifyStateOptions,
  VerifyStatesDocument,
} from "./projection-documents.ts";
import type { RunDocument } from "./run-document.ts";
import type { SalvageDocument, SalvageOptions } from "./salvage-document.ts";

export type { ChangeOptions };

/** The variables of the process, or what a test gives instead. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** How Salvor is opened: one configuration, one state, one repository. */
export interface OpenOptions {
  /** Path of a salvor.yaml; without one it is looked for in `cwd` and the folders above. */
  readonly config?: string | undefined;
  /**
   * `required` (the default): no salvor.yaml is an error. `optional`: without one, what works on
   * paths works. `ignored`: none is looked for, for a bare host.
   */
  readonly need?: "required" | "optional" | "ignored" | undefined;
  readonly cwd?: string | undefined;
  readonly env?: Environment | undefined;
  /** Who asks, for the audit trail and the runs; the user of the system by default. */
  readonly by?: string | undefined;
  readonly log?: Log | undefined;
  readonly progress?: Progress | undefined;
}

/** Everything that the commands do, a method each; each resolves to the command's JSON document. */
export interface Salvor extends AsyncDisposable {
  receipt(options: ReceiptOptions, signal?: AbortSignal): Promise<ReceiptDocument>;
  compare(options: CompareOptions, signal?: AbortSignal): Promise<Proof>;
  backup(options?: BackupOptions, signal?: AbortSignal): Promise<BackupDocument>;
  snapshots(options?: SnapshotsOptions, signal?: AbortSignal): Promise<SnapshotsDocument>;
  verify(options?: VerifyOptions, signal?: AbortSignal): Promise<VerifyDocument>;
  restore(options: RestoreOptions, signal?: AbortSignal): Promise<RunDocument>;
  resume(options?: ResumeOptions, signal?: AbortSignal): Promise<RunsDocument>;
  cancel(options: CancelOptions, signal?: AbortSignal): Promise<RunsDocument>;
  runs(options?: RunsOptions, signal?: AbortSignal): Promise<RunsDocument>;
  prune(options?: PruneOptions, signal?: AbortSignal): Promise<PruneDocument>;
  repositoryCheck(signal?: AbortSignal): Promise<RepositoryDocument>;
  repositoryRepair(options?: ChangeOptions, signal?: AbortSignal): Promise<RepairDocument>;
  repositoryPassphrase(
    options: PassphraseOptions,
    signal?: AbortSignal,
  ): Promise<RepositoryDocument>;
  audit(options?: LookOptions, signal?: AbortSignal): Promise<AuditDocument>;
  integrity(options?: LookOptions, signal?: AbortSignal): Promise<IntegrityDocument>;
  scan(options?: LookOptions, signal?: AbortSignal): Promise<ScanDocument>;
  findings(options?: FindingsOptions, signal?: AbortSignal): Promise<FindingsDocument>;
  acknowledgeFinding(options: FindingDecision, signal?: AbortSignal): Promise<FindingDocument>;
  resolveFinding(options: FindingDecision, signal?: AbortSignal): Promise<FindingDocument>;
  recover(options?: RecoverOptions, signal?: AbortSignal): Promise<RunDocument>;
  salvage(options: SalvageOptions, signal?: AbortSignal): Promise<SalvageDocument>;
  fullRecovery(options?: FullRecoveryOptions, signal?: AbortSignal): Promise<FullRecoveryDocument>;
  generateReport(options?: ReportOptions, signal?: AbortSignal): Promise<ReportDocument>;
  rebuild(
    options?: RebuildOptions,
    signal?: AbortSignal,
  ): Promise<RebuildDocument | RebuildsDocument>;
  verifyState(
    options?: VerifyStateOptions,
    signal?: AbortSignal,
  ): Promise<VerifyStateDocument | VerifyStatesDocument>;
  tail(options: TailOptions, signal?: AbortSignal): Promise<TailDocument>;
  auditTrail(options?: AuditTrailOptions, signal?: AbortSignal): Promise<AuditTrailDocument>;
  status(signal?: AbortSignal): Promise<StatusDocument>;
}

/** A receipt with the leaves of its trees, by collection. */
export type ReceiptDocument = Receipt & { readonly tree: Json };

/** `subject` is a store's name, a path, a snapshot (id, unique start, `store@latest`, `store@time`). */
export interface ReceiptOptions {
  readonly subject: string;
  /** Adds the portable digest, for proofs across engines; costs a second pass. */
  readonly portable?: boolean | undefined;
  /** File that receives the receipt with its trees, so that a comparison can lead to rows. */
  readonly output?: string | undefined;
}

/** Each side is a store, a path, a snapshot or a receipt file; `a` is what is expected. */
export interface CompareOptions {
  readonly a: string;
  readonly b: string;
  /** Compare content under logical types instead of raw bytes. */
  readonly portable?: boolean | undefined;
}

/** Which stores to back up, and how far to prove it. */
export interface BackupOptions {
  /** All stores when empty. */
  readonly stores?: readonly string[] | undefined;
  /** Prove the new snapshots to level complete before returning. */
  readonly verify?: boolean | undefined;
  /** Begin a new repository although there was one in that folder before. */
  readonly newRepository?: boolean | undefined;
}

/** Which snapshots to list. */
export interface SnapshotsOptions {
  readonly store?: string | undefined;
  /** A repository's folder, on a host that has neither salvor.yaml nor state. */
  readonly repository?: string | undefined;
}

/** Which snapshots to read back, and how far. */
export interface VerifyOptions {
  /** All snapshots when empty. */
  readonly snapshots?: readonly string[] | undefined;
  /** The level to reach; `stored` by default. */
  readonly level?: Exclude<Level, "none"> | undefined;
}

/** Exactly one of `to`, `inPlace` and `point` (which implies in place). */
export interface RestoreOptions extends ChangeOptions {
  readonly snapshot?: string | undefined;
  readonly point?: string | undefined;
  readonly to?: string | undefined;
  readonly inPlace?: boolean | undefined;
  /** These paths of a store of files alone; a folder stands for all in it. Not with `point`. */
  readonly only?: readonly string[] | undefined;
  /** In place: all files that are missing or otherwise; newer ones stay. */
  readonly differing?: boolean | undefined;
  /** A repository's folder, on a host that has neither salvor.yaml nor state. */
  readonly repository?: string | undefined;
}

/** Which interrupted run to go on with; all of them without a name. */
export interface ResumeOptions extends ChangeOptions {
  readonly run?: string | undefined;
}

/** Which run to stop. */
export interface CancelOptions extends ChangeOptions {
  readonly run: string;
}

/** Which runs to show; all of them without a name. */
export interface RunsOptions {
  readonly run?: string | undefined;
  /** Resolves when the run has ended; each change is reported to `onRun`. */
  readonly follow?: boolean | undefined;
  readonly onRun?: ((run: RunDocument) => void) | undefined;
}

/** Rules of retention for this time, instead of those of salvor.yaml. */
export interface PruneOptions extends ChangeOptions, Retention {
  /** Vouches for the suspicious drop in this snapshot, so that the one before it may go. */
  readonly acknowledge?: string | undefined;
}

/** The new passphrase comes from a variable or a file, never from an argument. */
export interface PassphraseOptions extends ChangeOptions {
  readonly nextEnv?: string | undefined;
  readonly nextFile?: string | undefined;
}

/** Which stores to look at. */
export interface LookOptions {
  /** All stores when empty. */
  readonly stores?: readonly string[] | undefined;
}

/** Which findings to list. */
export interface FindingsOptions extends LookOptions {
  /** Those that are not resolved, by default. */
  readonly status?: FindingStatus | "all" | undefined;
}

/** What a person decides about a finding. */
export interface FindingDecision {
  /** Its id, or a unique start of it with 8 digits or more. */
  readonly id: string;
  /** Who decides. */
  readonly by: string;
  readonly notes?: string | undefined;
}

/** What to bring back. */
export interface RecoverOptions extends LookOptions, ChangeOptions {
  /** Restore from this snapshot, whatever the findings say; with exactly one store. */
  readonly from?: string | undefined;
}

/** Which stores to look at, bring back and prove. */
export interface FullRecoveryOptions extends LookOptions, ChangeOptions {}

/** What a report is about; at most one of `incident`, `run` and a period. The whole by default. */
export interface ReportOptions {
  /** File that receives it; its ending tells the format. */
  readonly output?: string | undefined;
  readonly format?: ReportFormat | undefined;
  readonly incident?: string | undefined;
  readonly run?: string | undefined;
  /** RFC 3339. */
  readonly from?: string | undefined;
  readonly until?: string | undefined;
}

/** What to do with the trail. */
export interface AuditTrailOptions {
  /** `show` (the default) also lists the newest records, `export` writes all of them to `output`. */
  readonly action?: "show" | "verify" | "export" | undefined;
  readonly output?: string | undefined;
}

/** One recovery point: a snapshot of each store. */
export interface BackupDocument {
  readonly snapshots: readonly Snapshot[];
  readonly point: {
    readonly id: string;
    readonly at: string;
    /** All of its snapshots were read back and proven in this command, as `verify` asks. */
    readonly verified: boolean;
  };
}

/** Snapshots by store, oldest first. */
export interface SnapshotsDocument {
  readonly snapshots: readonly Snapshot[];
}

/** What reading back has shown; `ok` only when every result is. */
export interface VerifyDocument {
  readonly ok: boolean;
  readonly results: readonly VerifyResult[];
}

/** One snapshot that was read back. */
export interface VerifyResult {
  readonly snapshot: string;
  /** Null when its manifest cannot be read. */
  readonly store: string | null;
  /** What is proven now; never above what was asked for in this command or recorded before. */
  readonly level: Level;
  readonly ok: boolean;
  readonly problems: readonly Problem[];
  /** What the engine could not check for want of something that only the application has. */
  readonly unchecked: readonly string[];
  readonly durationMs: number;
}

/** Runs, the newest first. */
export interface RunsDocument {
  readonly runs: readonly RunDocument[];
}

/** What was removed and what stays, with the reason. */
export type PruneDocument = PruneResult;

/** What is wrong in the repository. */
export interface RepositoryDocument {
  readonly ok: boolean;
  readonly problems: readonly Problem[];
}

/** What a repair did; `problems` are those that are left. */
export interface RepairDocument extends RepositoryDocument {
  readonly repaired: readonly string[];
  readonly quarantined: readonly string[];
}

/** Whether the chain is whole, and its newest links. */
export interface AuditTrailDocument {
  readonly ok: boolean;
  /** How many there are. */
  readonly records: number;
  /** Sequence of the first record that does not fit the chain. */
  readonly firstBroken: number | null;
  /** What is wrong there, in one sentence; null when ok. */
  readonly problem: string | null;
  /** The newest ones, oldest first; empty for `verify` and `export`. */
  readonly newest: readonly TrailRecord[];
  readonly output: string | null;
}

/** One part of the system, and how it is. */
export interface ComponentDocument {
  readonly id: string;
  readonly kind: string;
  readonly state: "up" | "degraded" | "down" | "unknown";
  readonly since: string;
  readonly detail: string;
}

/** The state of the whole on one page. */
export interface StatusDocument {
  readonly system: string;
  readonly mode: "normal" | "emergency";
  readonly since: string | null;
  readonly reason: string | null;
  readonly level: "critical" | "high" | "medium" | "low" | null;
  readonly components: readonly ComponentDocument[];
  readonly incidents: readonly JsonObject[];
  /** One line a store; `snapshot` is null when there is none yet. */
  readonly backups: readonly {
    readonly store: string;
    readonly snapshot: string | null;
    readonly ageMs: number | null;
    readonly level: Level;
  }[];
  /** Runs that were interrupted and wait for `salvor resume`. */
  readonly interrupted: readonly string[];
  readonly statistics: JsonObject;
}

/** What `init` wrote, or would write. */
export interface InitDocument {
  /** Absolute path of the file. */
  readonly config: string;
  /** Names of the stores that it found and that no configuration had. */
  readonly stores: readonly string[];
  /** False when a file was there already and stays as it is. */
  readonly written: boolean;
  /** Where the replaced file went. */
  readonly kept: string | null;
  /** The file that was written, or the entries that the existing one lacks. */
  readonly text: string;
}

/** Everything that is wrong with a salvor.yaml. */
export interface ConfigCheckDocument {
  readonly ok: boolean;
  readonly problems: readonly ConfigProblem[];
}

/** One thing that is wrong in a salvor.yaml. Values of variables never stand in it. */
export interface ConfigProblem {
  /** From 1; null when no place in the file is to blame. */
  readonly line: number | null;
  readonly col: number | null;
  /** Dotted: `stores.shop.path`. */
  readonly key: string;
  readonly message: string;
}
