import { writeFile } from "node:fs/promises";

import { diskError } from "../../../core/disk.ts";
import { SalvorError } from "../../../core/errors.ts";
import { entryModule } from "../../../core/module.ts";
import { timestamp } from "../../../core/world.ts";
import { foreignAmendment } from "../../refusals.ts";
import type { Amended, Amendment } from "../../types.ts";
import type { HeldFolder } from "../held.ts";
import type { LiveDocuments } from "../live.ts";
import type { ApplyInput } from "./apply-task.ts";
import { holdRounds } from "./hold-rounds.ts";
import { planRound, type MendOrder, type RoundPlan, type SettledFile } from "./plan-round.ts";
import { keptFolders, nextRound, readRounds, type KeptRound, type Round } from "./round.ts";
import type { StageInput } from "./stage-task.ts";
import { tell, type Told } from "./tell.ts";

/** Somebody who writes without a pause is given up on. */
const ROUNDS_MAX = 8;

/** Changes the live documents, file by file; see `Amendment`. */
export async function amendDocuments(
  live: LiveDocuments,
  amendment: Amendment,
  signal: AbortSignal,
): Promise<Amended> {
  if (amendment.kind === "unmend-documents") return await unmend(live, amendment, signal);
  if (amendment.kind !== "mend-documents") throw foreignAmendment("documents", amendment);
  const { disk } = live.tree.context;
  const rounds = [...(await readRounds(disk, amendment.quarantine))];
  if (amendment.dryRun) return await rehearse(live, { order: amendment, rounds }, signal);
  const begun = rounds.at(-1);
  if (begun !== undefined) await apply(live, begun, false, signal);
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const looked = await look(live, { order: amendment, rounds }, signal);
    if (looked === "changing") continue;
    if (!("folder" in looked)) return looked;
    rounds.push(looked);
    await apply(live, looked, false, signal);
  }
  throw tooBusy(live);
}

interface Mending {
  readonly order: MendOrder;
  readonly rounds: readonly KeptRound[];
}

async function rehearse(
  live: LiveDocuments,
  mending: Mending,
  signal: AbortSignal,
): Promise<Amended> {
  await using held = await holdRounds(live, mending.rounds, signal);
  const plan = await planRound(held.folder, mending.order, settledBy(mending.rounds), signal);
  await live.tree.context.disk.removeFolder(plan.drafts);
  const pending = held.pending.length;
  const { newer } = held;
  const terms = termsOf(mending.order);
  return tell({ ...mending, ...plan, ...terms, planned: plan.changes, pending, newer });
}

/**
 * Looks at the live folder, and begins another round where there is something to do; `changing` when
 * somebody has written to what was just looked at.
 */
async function look(
  live: LiveDocuments,
  { order, rounds }: Mending,
  signal: AbortSignal,
): Promise<KeptRound | Amended | "changing"> {
  await using held = await holdRounds(live, rounds, signal);
  const plan = await planRound(held.folder, order, settledBy(rounds), signal);
  try {
    if (plan.changes.length === 0) {
      const pending = held.pending.length;
      return tell({
        ...plan,
        rounds,
        ...termsOf(order),
        planned: [],
        pending,
        newer: held.newer,
      });
    }
    const folder = nextRound(order.quarantine, rounds);
    return await stage(live, { plan, held: held.folder, folder }, signal);
  } catch (error) {
    if (error instanceof SalvorError && error.code === "STORE_CHANGED") return "changing";
    throw error;
  } finally {
    await live.tree.context.disk.removeFolder(plan.drafts);
  }
}

function termsOf({ hidden, isCopy = false }: MendOrder): Pick<Told, "hidden" | "isCopy"> {
  return { hidden, isCopy };
}

/** What was made is not mended again: a look that still complains would never come to an end. */
function settledBy(rounds: readonly KeptRound[]): SettledFile {
  const made = rounds.flatMap(({ changes }) => changes.map(({ raw, after }) => `${after} ${raw}`));
  const settled = new Set(made);
  return ({ raw, sha256 }) => settled.has(`${sha256} ${raw}`);
}

/** Puts files in quarantine as they are, beside what they become; from then on it can be finished. */
async function stage(
  live: LiveDocuments,
  {
    plan,
    held,
    folder,
  }: { readonly plan: RoundPlan; readonly held: HeldFolder; readonly folder: string },
  signal: AbortSignal,
): Promise<KeptRound> {
  const { context, identity, root } = live.tree;
  const { world, hosts } = context;
  const { changes, drafts } = plan;
  const at = timestamp(world.now());
  const round: Round = { formatVersion: 1, minReader: 1, store: identity.name, at, changes };
  const others = `${drafts}.others`;
  await writeOthers(others, held, round);
  try {
    const input: StageInput = { root, folder, drafts, round, others };
    await hosts.run("bytes", entryModule("stores/documents/mend/stage-task"), input, signal);
  } finally {
    await context.disk.remove(others);
  }
  return { ...round, folder };
}

async function writeOthers(path: string, held: HeldFolder, { changes }: Round): Promise<void> {
  const changed = new Set(changes.map(({ raw }) => raw));
  const lines = held.files
    .filter(({ raw }) => !changed.has(raw))
    .map(({ name, sha256 }) => `${JSON.stringify([name, sha256])}\n`);
  try {
    await writeFile(path, lines.join(""), { mode: 0o600 });
  } catch (error) {
    throw diskError(path, error);
  }
}

/** Makes every file of a round what it is to be, or again what it was. */
async function apply(
  { tree: { root, context } }: LiveDocuments,
  { folder, changes }: KeptRound,
  isBack: boolean,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { before, after } = keptFolders(folder);
  const input: ApplyInput = { root, from: isBack ? before : after, changes, isBack };
  const task = entryModule("stores/documents/mend/apply-task");
  return await context.hosts.run<readonly string[]>("bytes", task, input, signal);
}

/** The last round first, so that each finds what it has made. */
async function unmend(
  live: LiveDocuments,
  { quarantine }: Extract<Amendment, { kind: "unmend-documents" }>,
  signal: AbortSignal,
): Promise<Amended> {
  const rounds = await readRounds(live.tree.context.disk, quarantine);
  const kept: string[] = [];
  for (const round of rounds.toReversed()) {
    for (const path of await apply(live, round, true, signal)) kept.push(path);
  }
  return { collections: [], doubts: [], touched: kept };
}

function tooBusy({ tree: { root } }: LiveDocuments): SalvorError {
  return new SalvorError("STORE_CHANGED", `${root} is written to faster than it can be mended`, {
    hint: 'Stop what writes to it, then run "salvor resume".',
  });
}
