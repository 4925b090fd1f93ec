import { join } from "node:path";

import { SalvorError } from "../../../core/errors.ts";
import { entryModule } from "../../../core/module.ts";
import type { Amendment, Query } from "../../types.ts";
import type { HeldFolder } from "../held.ts";
import { DocumentTables } from "../tables/document-tables.ts";
import { deriveChanges } from "./derive-change.ts";
import { withChanges } from "./overlay.ts";
import { findSuspects } from "./suspects.ts";
import type { DocumentFate, FileChange, MendInput, MendOutput, SuspectFile } from "./types.ts";

/** How a store of documents is mended. */
export type MendOrder = Extract<Amendment, { kind: "mend-documents" }>;

/** Has an earlier round made this file what it is? */
export type SettledFile = (file: Pick<SuspectFile, "raw" | "sha256">) => boolean;

/** What is to be done next. */
export interface RoundPlan {
  readonly changes: readonly FileChange[];
  /** Documents that stay as they are although they should not. */
  readonly left: readonly DocumentFate[];
  /** Paths that no source had a good version of. */
  readonly wanted: readonly string[];
  /** Documents that can be read when it is done. */
  readonly documents: number;
  /** Folder that has what files become. */
  readonly drafts: string;
}

const WORK_MAX_MS = 6 * 60 * 60 * 1000;

/**
 * Looks at a folder that is held, and writes what its files become into scratch space.
 *
 * @param isSettled an earlier round has made it: it is not mended again.
 * @throws {SalvorError} RULE_BROKEN when a rule would be broken more often than now.
 */
export async function planRound(
  folder: HeldFolder,
  order: MendOrder,
  isSettled: SettledFile,
  signal: AbortSignal,
): Promise<RoundPlan> {
  const { hosts, scratch, world, disk } = folder.live.tree.context;
  const drafts = join(scratch, world.newId("drafts"));
  await disk.makeFolder(drafts);
  const back = new Set(order.sources.flatMap((each) => each.back));
  const { suspects, ...found } = await findSuspects(folder, back, signal);
  const input: MendInput = {
    ...found,
    specs: folder.live.specs,
    suspects: suspects.filter((suspect) => !isSettled(suspect)),
    sources: order.sources.map(({ address: root, name, back: all }) => ({ root, name, back: all })),
    forgotten: Object.fromEntries(
      order.forget.flatMap(({ name, forget }) => (forget === null ? [] : [[name, forget]])),
    ),
    takeOut: order.takeOut,
    isCopy: order.isCopy ?? false,
    drafts,
  };
  const task = entryModule("stores/documents/mend/mend-task");
  const limits = { timeoutMs: WORK_MAX_MS };
  const mended = await hosts.run<MendOutput>("bytes", task, input, signal, limits);
  const after = withChanges(folder, mended.changes, drafts);
  const derived = await deriveChanges(after, drafts, signal);
  const changes = merged(mended.changes, derived.changes);
  await refuseWorse(folder, withChanges(folder, changes, drafts), order.rules, signal);
  const { left, wanted } = mended;
  return { changes, left, wanted, documents: derived.documents, drafts };
}

/** What is derived comes last, also into a file that has become another one already. */
function merged(
  mended: readonly FileChange[],
  derived: readonly FileChange[],
): readonly FileChange[] {
  const byPath = new Map(mended.map((change) => [change.raw, change]));
  for (const change of derived) {
    const first = byPath.get(change.raw);
    const both =
      first === undefined
        ? change
        : { ...first, ...sizeAndDigest(change), documents: joined(first, change) };
    byPath.set(change.raw, both);
  }
  return [...byPath.values()];
}

function sizeAndDigest({ after, size }: FileChange): Pick<FileChange, "after" | "size"> {
  return { after, size };
}

/** A document that was mended and says now what is so is told once. */
function joined(first: FileChange, derived: FileChange): readonly DocumentFate[] {
  const later = new Map(derived.documents.map((each) => [JSON.stringify(each.key), each]));
  const told = first.documents.map((each) => {
    const more = later.get(JSON.stringify(each.key));
    later.delete(JSON.stringify(each.key));
    return more === undefined ? each : { ...each, reasons: [...each.reasons, ...more.reasons] };
  });
  return [...told, ...later.values()];
}

/** A rule that cannot be asked says nothing. */
async function refuseWorse(
  before: HeldFolder,
  after: HeldFolder,
  rules: readonly Query[],
  signal: AbortSignal,
): Promise<void> {
  if (rules.length === 0) return;
  const [then, now] = [
    await breachesIn(before, rules, signal),
    await breachesIn(after, rules, signal),
  ];
  for (const [place, { text }] of rules.entries()) {
    const [old, next] = [then[place] ?? null, now[place] ?? null];
    if (old === null || next === null || next <= old) continue;
    const rule = `rule ${place + 1} (${text.trim().slice(0, 80)})`;
    throw new SalvorError(
      "RULE_BROKEN",
      `${rule} is broken by ${old} rows, and would be by ${next}`,
      {
        hint: "Nothing was changed. Look at what would become of it with --dry-run.",
      },
    );
  }
}

async function breachesIn(
  folder: HeldFolder,
  rules: readonly Query[],
  signal: AbortSignal,
): Promise<readonly (number | null)[]> {
  await using tables = new DocumentTables(folder);
  const found: (number | null)[] = [];
  for (const rule of rules) found.push(await breachesOf(tables, rule, signal));
  return found;
}

async function breachesOf(
  tables: DocumentTables,
  rule: Query,
  signal: AbortSignal,
): Promise<number | null> {
  try {
    return (await tables.ask(rule, signal)).rows.length;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof SalvorError) return null;
    throw error;
  }
}
