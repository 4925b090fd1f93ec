import { runRules } from "../checks/run-rules.ts";
import { messageOf, SalvorError } from "../core/errors.ts";
import { LEVELS, type Level } from "../receipts/types.ts";
import type { Problem, Repository, Snapshot } from "../repository/types.ts";
import { proveStore } from "../recovery/prove-store.ts";
import type { Image } from "../stores/types.ts";
import { loadRules } from "./config/parts.ts";
import type { Session } from "./session.ts";
import { snapshotNamed } from "./snapshot-names.ts";
import { restoreToScratch } from "./subjects.ts";
import type { VerifyDocument, VerifyOptions, VerifyResult } from "./types.ts";

type Asked = Exclude<Level, "none">;

/** Proves snapshots up to a level, and records for each the one that it reached. */
export async function verifySnapshots(
  session: Session,
  { snapshots: words = [], level = "stored" }: VerifyOptions,
  signal: AbortSignal,
): Promise<VerifyDocument> {
  const repository = await session.repository(signal);
  const chosen =
    words.length > 0
      ? await Promise.all(words.map((word) => snapshotNamed(repository, word, signal)))
      : await repository.snapshots(signal);
  const results: VerifyResult[] = [];
  for (const snapshot of chosen) {
    const asked = levelFor(session, snapshot, level, words.length > 0);
    results.push(await verifySnapshot(session, snapshot, asked, signal));
  }
  // Whoever asks for all of them must hear of those that no list can hold.
  if (words.length === 0) {
    const unreadable = await repository.unreadable(signal);
    results.push(...unreadable.map(({ id, problem }) => failed(id, problem)));
  }
  const ok = results.every((result) => result.ok);
  await session.record("verify", words.join(" "), "", { level, ok });
  return { ok, results };
}

function failed(snapshot: string, problem: Problem): VerifyResult {
  const nothing = { level: "none", ok: false, unchecked: [], durationMs: 0 } as const;
  return { snapshot, store: null, problems: [problem], ...nothing };
}

/** One snapshot: each level rests on the one below it, and the first failure ends it. */
export async function verifySnapshot(
  session: Session,
  snapshot: Snapshot,
  level: Asked,
  signal: AbortSignal,
): Promise<VerifyResult> {
  const { world, progress } = session;
  const startedMs = world.elapsed();
  const task = `verifying ${snapshot.store} ${snapshot.id.slice(0, 12)}`;
  progress.update({ task, done: 0, total: null, unit: "bytes" });
  const repository = await session.repository(signal);
  let problems = await repository.readBack(snapshot.id, signal);
  let unchecked: readonly string[] = [];
  let proven: Level = problems.length === 0 ? "stored" : "none";
  if (problems.length === 0 && rank(level) > rank("stored")) {
    const found = await proveRestored(session, snapshot, level, signal);
    ({ problems, unchecked } = found);
    proven = rank(found.level) < rank(level) ? found.level : level;
  }
  const isDamaged = problems.length > 0;
  await writeLevel(repository, snapshot.id, { proven, isDamaged }, signal);
  progress.finish(task);
  return {
    snapshot: snapshot.id,
    store: snapshot.store,
    level: proven,
    ok: problems.length === 0 && rank(proven) >= rank(level),
    problems,
    unchecked,
    durationMs: Math.round(world.elapsed() - startedMs),
  };
}

/**
 * A level rises with a proof and falls with damage. On read-only media it is found all the same; it
 * cannot be written down there.
 */
async function writeLevel(
  repository: Repository,
  snapshot: string,
  { proven, isDamaged }: { readonly proven: Level; readonly isDamaged: boolean },
  signal: AbortSignal,
): Promise<void> {
  try {
    if (isDamaged) await repository.withdrawLevel(snapshot, proven, signal);
    if (proven !== "none") await repository.recordLevel(snapshot, proven, signal);
  } catch (error) {
    if (!(error instanceof SalvorError) || error.code !== "PERMISSION_DENIED") throw error;
  }
}

interface Restored {
  /** What was reached: `stored` when it did not come up, `restorable`, `complete` or `working`. */
  readonly level: Level;
  readonly problems: readonly Problem[];
  readonly unchecked: readonly string[];
}

/** Restores to scratch, lets the engine check, compares receipts, and asks the owner's rules. */
async function proveRestored(
  session: Session,
  snapshot: Snapshot,
  asked: Asked,
  signal: AbortSignal,
): Promise<Restored> {
  const problem = (code: string, message: string): Problem => {
    return { code, message, blob: null, snapshots: [snapshot.id] };
  };
  try {
    const repository = await session.repository(signal);
    await using image = await restoreToScratch(session, snapshot, signal);
    const sealed = await repository.sealed(snapshot.id, signal);
    const { proof, complaints, unchecked } = await proveStore(sealed, image, signal);
    if (complaints.length > 0) {
      const problems = complaints.map((text) => problem("RESTORED_DAMAGED", text));
      return { level: "stored", problems, unchecked };
    }
    if (proof.equal) {
      const doubts = await Array.fromAsync(image.referee(sealed, signal));
      if (doubts.length === 0 && asked === "working") {
        const broken = await breaches(session, snapshot.store, image, signal);
        const problems = broken.map((text) => problem("RULE_BROKEN", text));
        return { level: problems.length === 0 ? "working" : "complete", problems, unchecked };
      }
      if (doubts.length === 0) return { level: "complete", problems: [], unchecked };
      const problems = doubts.map(({ description }) => problem("REFEREE_DISAGREES", description));
      return { level: "restorable", problems, unchecked };
    }
    const text = `the restored content does not match the receipt of ${snapshot.store}`;
    return { level: "restorable", problems: [problem("RECEIPT_UNEQUAL", text)], unchecked };
  } catch (error) {
    signal.throwIfAborted();
    if (
      !(error instanceof SalvorError) ||
      !["BACKUP_DAMAGED", "STORE_DAMAGED"].includes(error.code)
    ) {
      throw error;
    }
    const problems = [problem(error.code, messageOf(error))];
    return { level: "stored", problems, unchecked: [] };
  }
}

/** The owner's rules on what was restored; what cannot be asked is no proof either. */
async function breaches(
  session: Session,
  store: string,
  image: Image,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { rules: files, sensitive } = session.storeConfig(store);
  const rules = await loadRules({ rules: files });
  const { observations } = await runRules(image, rules, { sensitive }, signal);
  return observations.map(({ title, description }) => `${title}: ${description}`);
}

/**
 * Level working needs rules to rest on. Whoever names a snapshot whose store has none made a mistake;
 * of all of them, those without rules are proven as far as they can be.
 */
function levelFor(session: Session, { store }: Snapshot, level: Asked, isNamed: boolean): Asked {
  const config = session.config?.stores.find(({ name }) => name === store);
  if (level !== "working" || (config?.rules.length ?? 0) > 0) return level;
  if (!isNamed) return "complete";
  throw new SalvorError("USAGE", `${store} has no rules, so level working cannot be proven`, {
    hint: `Write some under stores.${store}.rules in salvor.yaml, or ask for --level complete.`,
  });
}

function rank(level: Level): number {
  return LEVELS.indexOf(level);
}
