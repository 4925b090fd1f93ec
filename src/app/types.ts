import type { Observation } from "../core/finding.ts";
import type { Digest } from "../core/hash.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { Log } from "../core/log.ts";
import type { Progress } from "../core/progress.ts";
import type { Level, Receipt } from "../receipts/types.ts";
import type { Problem, PruneResult, Retention, Snapshot } from "../repository/types.ts";

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

/** Everything that the commands do, a method each; each resolves to the command's JSON document. */
export interface Salvor extends AsyncDisposable {
  receipt(options: ReceiptOptions, signal?: AbortSignal): Promise<Receipt>;
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
  auditTrail(options?: AuditTrailOptions, signal?: AbortSignal): Promise<AuditTrailDocument>;
  status(signal?: AbortSignal): Promise<StatusDocument>;
}

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

export interface BackupOptions {
  /** All stores when empty. */
  readonly stores?: readonly string[] | undefined;
  /** Prove the new snapshots to level complete before returning. */
  readonly verify?: boolean | undefined;
}

export interface SnapshotsOptions {
  readonly store?: string | undefined;
}

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
  /** A repository's folder, on a host that has neither salvor.yaml nor state. */
  readonly repository?: string | undefined;
}

export interface ResumeOptions extends ChangeOptions {
  readonly run?: string | undefined;
}

export interface CancelOptions extends ChangeOptions {
  readonly run: string;
}

export interface RunsOptions {
  readonly run?: string | undefined;
  /** Resolves when the run has ended; each change is reported to `onRun`. */
  readonly follow?: boolean | undefined;
  readonly onRun?: ((run: RunDocument) => void) | undefined;
}

export interface PruneOptions extends ChangeOptions, Retention {
  /** Vouches for the suspicious drop in this snapshot, so that the one before it may go. */
  readonly acknowledge?: string | undefined;
}

/** The new passphrase comes from a variable or a file, never from an argument. */
export interface PassphraseOptions extends ChangeOptions {
  readonly nextEnv?: string | undefined;
  readonly nextFile?: string | undefined;
}

export interface AuditTrailOptions {
  /** `show` (the default) also lists the newest records, `export` writes all of them to `output`. */
  readonly action?: "show" | "verify" | "export" | undefined;
  readonly output?: string | undefined;
}

export interface BackupDocument {
  readonly snapshots: readonly Snapshot[];
  readonly point: {
    readonly id: string;
    readonly at: string;
    /** All of its snapshots were read back and proven in this command, as `verify` asks. */
    readonly verified: boolean;
  };
  /** Expectations that the new receipts break, and what `verify` found. */
  readonly findings: readonly FindingDocument[];
}

export interface SnapshotsDocument {
  readonly snapshots: readonly Snapshot[];
}

export interface VerifyDocument {
  readonly ok: boolean;
  readonly results: readonly VerifyResult[];
}

export interface VerifyResult {
  readonly snapshot: string;
  readonly store: string;
  /** What is proven now; never above what was asked for in this command or recorded before. */
  readonly level: Level;
  readonly ok: boolean;
  readonly problems: readonly Problem[];
  readonly durationMs: number;
}

/** Two receipts compared: equal, or the list of differences. */
export interface Proof {
  readonly store: string;
  readonly basis: "snapshot" | "merge" | "package";
  readonly equal: boolean;
  readonly level: Level;
  /** The digests of the two receipts. */
  readonly expected: Digest;
  readonly actual: Digest;
  readonly collections: readonly ProofCollection[];
  readonly schema: ProofSchema;
  readonly origins: ProofOrigins;
  readonly documents: readonly { readonly key: Json; readonly verdict: string }[];
  readonly references: readonly ProofReference[];
  readonly rules: readonly { readonly name: string; readonly breaches: number }[];
}

export interface ProofCollection {
  readonly name: string;
  /** Null when the collection is not there. */
  readonly expected: { readonly count: number; readonly digest: Digest } | null;
  readonly actual: { readonly count: number; readonly digest: Digest } | null;
  /** At most 1,000 keys in each list, objects by column; `total` counts all, `file` holds all. */
  readonly missing: readonly Json[];
  readonly extra: readonly Json[];
  readonly changed: readonly Json[];
  readonly total: { readonly missing: number; readonly extra: number; readonly changed: number };
  readonly file: string | null;
}

export interface ProofSchema {
  readonly equal: boolean;
  /** `table artist`, `index ifk_albumartistid`, … */
  readonly missing: readonly string[];
  readonly extra: readonly string[];
  readonly changed: readonly { readonly element: string; readonly differs: readonly string[] }[];
}

/** Where the rows of a merge come from; a plain restore has only `restored`. */
export interface ProofOrigins {
  readonly unchanged: number;
  readonly repaired: number;
  readonly restored: number;
  readonly salvaged: number;
  readonly newer: number;
  readonly lost: number;
}

export interface ProofReference {
  readonly from: string;
  readonly to: string;
  /** Rows that point nowhere; null when it could not be checked. */
  readonly expected: number | null;
  readonly actual: number | null;
}

/** Something that could not be saved. */
export interface Loss {
  readonly store: string;
  readonly collection: string | null;
  readonly key: Json;
  readonly location: JsonObject;
  readonly reason: string;
}

export type RunStatus =
  | "planned"
  | "running"
  | "awaiting_approval"
  | "succeeded"
  | "failed"
  | "undone"
  | "interrupted"
  | "cancelled";

export type StepStatus = "pending" | "running" | "succeeded" | "failed" | "skipped" | "undone";

export interface StepDocument {
  readonly id: string;
  readonly action: string;
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonObject;
  readonly dependsOn: readonly string[];
  readonly estimatedMs: number | null;
  readonly attempts: number;
  readonly status: StepStatus;
  readonly startedAt: string | null;
  readonly durationMs: number | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** One execution of a plan, as the journal has it. */
export interface RunDocument {
  readonly id: string;
  readonly plan: string;
  readonly by: string;
  readonly reason: string | null;
  readonly status: RunStatus;
  /** 0 to 1. */
  readonly progress: number;
  readonly startedAt: string | null;
  readonly durationMs: number | null;
  /** How much older than the moment of the failure the restored content is. */
  readonly rpoMs: number | null;
  readonly steps: readonly StepDocument[];
  /** Folder that keeps the replaced state. */
  readonly quarantine: string | null;
  readonly losses: readonly Loss[];
  /** Of the first store; `equal` only when all proofs are. */
  readonly proof: Proof | null;
  readonly proofs: readonly Proof[];
  readonly reports: { readonly json: string; readonly html: string } | null;
  /** Where the store was built, for `restore --to`. */
  readonly address: string | null;
}

export interface RunsDocument {
  readonly runs: readonly RunDocument[];
}

export type PruneDocument = PruneResult;

export interface RepositoryDocument {
  readonly ok: boolean;
  readonly problems: readonly Problem[];
}

export interface RepairDocument extends RepositoryDocument {
  readonly repaired: readonly string[];
  readonly quarantined: readonly string[];
}

export interface TrailRecord {
  readonly sequence: number;
  readonly at: string;
  readonly by: string;
  readonly action: string;
  readonly subject: string;
  readonly outcome: string;
}

export interface AuditTrailDocument {
  readonly ok: boolean;
  /** How many there are. */
  readonly records: number;
  /** Sequence of the first record that does not fit the chain. */
  readonly firstBroken: number | null;
  /** The newest ones, oldest first; empty for `verify` and `export`. */
  readonly newest: readonly TrailRecord[];
  readonly output: string | null;
}

export interface ComponentDocument {
  readonly id: string;
  readonly kind: string;
  readonly state: "up" | "degraded" | "down" | "unknown";
  readonly since: string;
  readonly detail: string;
}

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

/** An observation with its life. */
export interface FindingDocument extends Observation {
  readonly id: string;
  readonly status: "open" | "acknowledged" | "resolved";
  readonly store: string | null;
  readonly affected: readonly string[];
  readonly detectedAt: string;
  readonly resolvedAt: string | null;
  readonly resolutionNotes: string | null;
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
