import type { Json } from "../../core/json.ts";
import { count, counted, moment } from "../../core/text.ts";
import type { RunStep } from "../../plans/types.ts";
import type { Proof, ProofCollection } from "../../receipts/proof.ts";
import { groupLosses, lossName, type LossGroup } from "../loss-groups.ts";
import type { ReportDocument, ReportRun, ReportStore } from "../types.ts";
import {
  collectionVerdict,
  durationText,
  noLosses,
  originsText,
  otherDifferences,
  plainWord,
  proofCounts,
  shortKey,
} from "../words.ts";
import { span, text } from "./escape.ts";
import { longList, table, terms } from "./lists.ts";

/** Each store: its state, its counts, its pages, its backup. */
export function* storeLines({ stores }: ReportDocument): Generator<string> {
  if (stores.length === 0) yield "No store was looked at.";
  for (const store of stores) yield* storeEntry(store);
}

function* storeEntry(store: ReportStore): Generator<string> {
  const { backup, collections, pages } = store;
  const pageCounts = Object.entries(pages).map(
    ([verdict, number]) => `${verdict} ${count(number)}`,
  );
  yield* [`### ${text(store.store)}: ${store.sound ? "sound" : "not sound"}`, ""];
  yield* terms([
    ["driver", text(store.driver)],
    ["newest backup", backup === null ? "none" : text(moment(backup.at))],
    ["proven level", backup && text(backup.level)],
    ["snapshot", backup && span(backup.snapshot)],
    ["pages", text(pageCounts.join(", "))],
  ]);
  yield "";
  const rows = Object.entries(collections ?? {});
  if (rows.length === 0) return;
  const cells = rows.map(([name, number]) => [span(name), count(number)]);
  yield* table(["collection", "rows"], cells, [1]);
  yield "";
}

/** What was done: each run with its steps. */
export function* runLines({ runs }: ReportDocument): Generator<string> {
  if (runs.length === 0) yield "No recovery was run.";
  for (const run of runs) yield* runEntry(run);
}

function* runEntry(run: ReportRun): Generator<string> {
  const { restoredFrom, startedAt, rpoMs } = run;
  const title = `${text(run.plan)} of ${text(run.subject.join(", "))}`;
  yield* [`### ${title}: ${plainWord(run.status)}`, ""];
  yield* terms([
    ["by", text(run.by)],
    ["reason", run.reason && text(run.reason)],
    ["started", startedAt && text(moment(startedAt))],
    ["took", durationText(run.durationMs)],
    ["restored from the backup of", restoredFrom && text(moment(restoredFrom.at))],
    ["restored content was older by", rpoMs === null ? null : durationText(rpoMs)],
    ["the replaced state is kept in", run.quarantine && span(run.quarantine)],
    ["run", span(run.id)],
  ]);
  yield "";
  yield* table(["step", "status", "took", "told"], run.steps.map(stepCells), [2]);
  yield "";
}

function stepCells({ name, status, durationMs, error, notes }: RunStep): readonly string[] {
  const failure = error === null ? [] : [`${error.code}: ${error.message}. ${error.hint}`];
  return [text(name), status, durationText(durationMs), [...notes, ...failure].map(text).join(" ")];
}

/** The proof: what was expected, what is there, and every difference. */
export function* proofLines({ proofs }: ReportDocument): Generator<string> {
  if (proofs.length === 0) yield "Nothing was compared, so nothing is proven.";
  for (const proof of proofs) yield* proofEntry(proof);
}

function* proofEntry(proof: Proof): Generator<string> {
  const { expected, actual } = proofCounts(proof);
  yield* [`### ${text(proof.store)}: ${proof.equal ? "equal" : "not equal"}`, ""];
  yield* terms([
    ["rows expected", count(expected)],
    ["rows there", count(actual)],
    ["level", text(proof.level)],
    ["basis", text(proof.basis)],
    ["expected digest", span(proof.expected)],
    ["actual digest", span(proof.actual)],
    ["where rows come from", text(originsText(proof))],
  ]);
  yield* otherDifferences(proof).map((each) => `- ${text(each)}`);
  yield "";
  if (proof.collections.length === 0) return;
  const names = ["collection", "verdict", "expected", "actual", "expected digest", "actual digest"];
  yield* table(names, proof.collections.map(collectionCells), [2, 3]);
  yield "";
  for (const collection of proof.collections) yield* differingKeys(collection);
}

function collectionCells(collection: ProofCollection): readonly string[] {
  const { name, expected, actual } = collection;
  return [
    span(name),
    collectionVerdict(collection),
    expected === null ? "–" : count(expected.count),
    actual === null ? "–" : count(actual.count),
    span(expected?.digest ?? ""),
    span(actual?.digest ?? ""),
  ];
}

const KEYS_SHOWN = 20;

function* differingKeys(collection: ProofCollection): Generator<string> {
  const { name, total, file } = collection;
  for (const kind of ["missing", "extra", "changed"] as const) {
    if (total[kind] === 0) continue;
    const keys: readonly Json[] = collection[kind].slice(0, KEYS_SHOWN);
    const more = total[kind] - keys.length;
    yield* [`Rows of ${span(name)} ${kind}: ${count(total[kind])}`, ""];
    yield* keys.map((key) => `- ${span(shortKey(key))}`);
    if (more > 0) yield `- and ${count(more)} more`;
    yield "";
  }
  if (file !== null) yield* [`All keys stand in ${span(file)}.`, ""];
}

/** What could not be saved, named. */
export function* lossLines({ losses, runs, summary }: ReportDocument): Generator<string> {
  if (losses.length === 0) return yield noLosses(summary);
  for (const { quarantine } of runs) {
    if (quarantine !== null) yield* [`The replaced state is kept in ${span(quarantine)}.`, ""];
  }
  for (const group of groupLosses(losses)) yield* lossGroup(group);
}

function* lossGroup(group: LossGroup): Generator<string> {
  const { store, collection, reason, place, losses } = group;
  const name = collection === null ? text(store) : `${text(store)}, ${text(collection)}`;
  yield* [`### ${name}: ${counted(losses.length, "item")}`, ""];
  yield* [place === null ? text(reason) : `${text(reason)} ${text(place)}`, ""];
  yield* longList(losses, (some) => some.map((loss) => `- ${span(lossName(loss, group))}`));
  yield "";
}
