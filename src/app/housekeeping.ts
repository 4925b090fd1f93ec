import { SalvorError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import type { Retention } from "../repository/types.ts";
import { STATE_STORE } from "./state-store.ts";
import { rememberBackups } from "./remember-backups.ts";
import { readPassphrase } from "./repositories.ts";
import type { Session } from "./session.ts";
import { snapshotNamed } from "./snapshot-names.ts";
import type {
  ChangeOptions,
  PassphraseOptions,
  PruneDocument,
  PruneOptions,
  RepairDocument,
  RepositoryDocument,
  SnapshotsDocument,
  SnapshotsOptions,
} from "./types.ts";

/** The snapshots of the stores, or of one; Salvor's own state only when it is named. */
export async function listSnapshots(
  session: Session,
  { store, repository: given }: SnapshotsOptions,
  signal: AbortSignal,
): Promise<SnapshotsDocument> {
  const folder = given === undefined ? null : session.path(given);
  const repository = await session.repositoryAt({ folder, create: false }, signal);
  const all = await repository.snapshots(signal);
  const snapshots = all.filter((each) =>
    store === undefined ? each.store !== STATE_STORE : each.store === store,
  );
  if (store !== undefined && snapshots.length === 0 && store !== STATE_STORE && folder === null) {
    session.storeConfig(store); // a name that nobody knows is a mistake, not an empty list
  }
  return { snapshots };
}

/** Removes snapshots that no rule keeps, and the bytes that only they needed. */
export async function prune(
  session: Session,
  options: PruneOptions,
  signal: AbortSignal,
): Promise<PruneDocument> {
  const repository = await session.repository(signal);
  const { acknowledge, dryRun = false, reason } = options;
  if (acknowledge !== undefined && !dryRun) {
    const { id, store } = await snapshotNamed(repository, acknowledge, signal);
    await repository.acknowledgeDrop(id, session.by, signal);
    const isConfigured = session.requireConfig().stores.some(({ name }) => name === store);
    if (isConfigured) await rememberBackups(session, [store], await repository.snapshots(signal));
    await session.record("acknowledge drop", id, reason ?? "", {});
  }
  const retention = retentionOf(session, options);
  const result = await repository.prune(retention, { dryRun }, signal);
  if (dryRun) return result;
  const { removed, freedBytes } = result;
  await session.record("prune", repository.id, reason ?? "", { removed: [...removed], freedBytes });
  return result;
}

/** Rules of the command line replace those of salvor.yaml; without any, nothing may go. */
function retentionOf(session: Session, options: PruneOptions): Retention {
  const { keepLast, keepHourly, keepDaily, keepWeekly, keepMonthly } = options;
  const given = { keepLast, keepHourly, keepDaily, keepWeekly, keepMonthly };
  if (Object.values(given).some((each) => each !== undefined)) return given;
  const { retention, file } = session.requireConfig();
  if (retention !== null) return retention;
  throw new SalvorError("USAGE", `${file} does not say how long to keep snapshots`, {
    hint: "Say it with --keep-last N and the like, or under `retention` in salvor.yaml.",
  });
}

/** Reads and hashes every blob of the repository. */
export async function checkRepository(
  session: Session,
  signal: AbortSignal,
): Promise<RepositoryDocument> {
  const repository = await session.repository(signal);
  const problems = await repository.check(signal);
  const ok = problems.length === 0;
  await session.record("repository check", repository.id, "", { ok });
  return { ok, problems };
}

/** Rebuilds what can be rebuilt, and puts what is damaged aside. */
export async function repairRepository(
  session: Session,
  options: ChangeOptions,
  signal: AbortSignal,
): Promise<RepairDocument> {
  const repository = await session.repository(signal);
  if (options.dryRun === true) {
    const problems = await repository.check(signal);
    return { ok: problems.length === 0, problems, repaired: [], quarantined: [] };
  }
  const { problems, repaired, quarantined } = await repository.repair(signal);
  const ok = problems.length === 0;
  const detail: JsonObject = { ok, repaired: repaired.length, quarantined: quarantined.length };
  await session.record("repository repair", repository.id, options.reason ?? "", detail);
  return { ok, problems, repaired, quarantined };
}

/** Wraps the data key anew; the passphrase comes from a variable or a file. */
export async function changePassphrase(
  session: Session,
  { nextEnv, nextFile, dryRun, reason }: PassphraseOptions,
  signal: AbortSignal,
): Promise<RepositoryDocument> {
  const repository = await session.repository(signal);
  const next = await nextPassphrase(session, nextEnv, nextFile);
  if (dryRun !== true) {
    await repository.changePassphrase(next, signal);
    await session.record("repository passphrase", repository.id, reason ?? "", {});
  }
  return { ok: true, problems: [] };
}

function nextPassphrase(
  session: Session,
  nextEnv: string | undefined,
  nextFile: string | undefined,
): Promise<string> {
  if (nextEnv !== undefined) return readPassphrase({ passphraseEnv: nextEnv }, session.env);
  if (nextFile !== undefined) {
    return readPassphrase({ passphraseFile: session.path(nextFile) }, session.env);
  }
  throw new SalvorError("USAGE", "no new passphrase was named", {
    hint: "Name a variable with --new-passphrase-env or a file with --new-passphrase-file; never the passphrase itself.",
  });
}
