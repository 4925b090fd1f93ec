import { join } from "node:path";

import type { Mended, MendedDocument, MendVerdict } from "../../mended.ts";
import type { Amended } from "../../types.ts";
import { NOWHERE } from "./fates.ts";
import { finalChanges } from "./hold-rounds.ts";
import { MANIFEST, type KeptRound } from "./round.ts";
import type { DocumentFate, FileChange } from "./types.ts";

/** Documents, and losses, that are listed. */
const LISTED_MAX = 1_000;

/** What is told of the documents of a store. */
export interface Told {
  readonly rounds: readonly KeptRound[];
  /** Collections of whose content nothing is told. */
  readonly hidden: readonly string[];
  /** No snapshot was asked. */
  readonly isCopy: boolean;
  /** Changes that are planned and not begun. */
  readonly planned: readonly FileChange[];
  readonly left: readonly DocumentFate[];
  readonly wanted: readonly string[];
  /** Documents that can be read when all is done. */
  readonly documents: number;
  /** Changes that were begun and are not done. */
  readonly pending: number;
  /** Paths of files that somebody else has written to since. */
  readonly newer: readonly string[];
}

/** Puts together what became of the documents, over all rounds and what is still planned. */
export function tell(given: Told): Amended {
  const { rounds, planned, left, wanted, documents, pending, newer } = given;
  const strayed = new Set(newer);
  const done = finalChanges(rounds).filter(({ path }) => !strayed.has(path));
  const changes = new Map(done.map((each) => [each.raw, each]));
  for (const change of planned)
    changes.set(change.raw, afterwards(changes.get(change.raw), change));
  const all = [...[...changes.values()].flatMap((each) => each.documents), ...left];
  const fates = all.map((fate) => (given.hidden.includes(fate.collection) ? masked(fate) : fate));
  const told = fates.flatMap(documentOf);
  const losses = fates.flatMap((fate) => {
    const loss = given.isCopy ? (fate.loss?.replace(NOWHERE, "") ?? null) : fate.loss;
    return loss === null ? [] : documentOf(fate).map((each) => ({ ...each, loss }));
  });
  const mended: Mended = {
    documents: told.slice(0, LISTED_MAX),
    total: totalOf(told, documents),
    collections: Object.fromEntries(
      [...Map.groupBy(told, ({ collection }) => collection)].map(([name, each]) => [
        name,
        countsOf(each),
      ]),
    ),
    losses: losses.slice(0, LISTED_MAX),
    lossesTotal: losses.length,
    wanted,
    pending: pending + planned.length,
    newer: newer.length,
    file: fileOf(rounds),
  };
  return { collections: [], doubts: [], touched: [], mended };
}

function fileOf(rounds: readonly KeptRound[]): string | null {
  const last = rounds.at(-1);
  return last === undefined ? null : join(last.folder, MANIFEST);
}

/** What a second round does to a file does not undo what the first one has told. */
function afterwards(first: FileChange | undefined, second: FileChange): FileChange {
  if (first === undefined) return second;
  const known = new Set(second.documents.map(({ key }) => JSON.stringify(key)));
  const others = first.documents.filter(({ key }) => !known.has(JSON.stringify(key)));
  return { ...second, documents: [...others, ...second.documents] };
}

/** Values are in what was dropped, and in what was derived. */
function masked(fate: DocumentFate): DocumentFate {
  const { verdict, reasons, loss } = fate;
  return {
    ...fate,
    reasons: verdict === "derived" ? ["it says again what follows from others"] : reasons,
    loss: loss === null || verdict !== "partial" ? loss : "a part of it is kept in quarantine only",
  };
}

function documentOf(fate: DocumentFate): readonly MendedDocument[] {
  const { collection, path, key, verdict, reasons } = fate;
  return verdict === "left" ? [] : [{ collection, path, key, verdict, reasons }];
}

/** @param documents that can be read when all is done. */
function totalOf(told: readonly MendedDocument[], documents: number): Mended["total"] {
  const counts = countsOf(told);
  const { repaired, restored, partial, derived } = counts;
  const unchanged = Math.max(0, documents - repaired - restored - partial - derived);
  return { unchanged, ...counts };
}

function countsOf(told: readonly MendedDocument[]): Record<MendVerdict, number> {
  const counts = { repaired: 0, restored: 0, partial: 0, derived: 0, lost: 0 };
  for (const { verdict } of told) counts[verdict] += 1;
  return counts;
}
