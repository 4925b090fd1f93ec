import type { DatabaseSync } from "node:sqlite";

import { SalvorError } from "../../../core/errors.ts";
import { PARENT_GONE } from "../../refusals.ts";
import type { AmendedCollection } from "../../amended-collection.ts";
import type { Amended, Amendment } from "../../types.ts";
import { refuseForgotten } from "./forgotten.ts";
import { insertMissing } from "./insert-rows.ts";
import { requireSound } from "./integrity-check.ts";
import { findMissing } from "./missing-rows.ts";
import { countOrphans, newOrphans } from "./orphans.ts";
import { parentsFirst } from "./parents-first.ts";
import { encodingOf } from "./row-keys.ts";
import { askRules, refuseWorse } from "./rules.ts";
import { attachSource, readSchema, type Schema, SOURCE, tableNamed } from "./schemas.ts";
import { hopelessCollection, reportOf } from "./put-back-report.ts";
import { type Hopeless, presenceOf, type Target, targetOf } from "./targets.ts";
import { insertTriggers } from "./triggers.ts";
import { completeTable, createTable } from "./vanished.ts";

/** Work inside the open transaction. */
export interface PutBackWork {
  readonly database: DatabaseSync;
  readonly path: string;
  readonly amendment: Extract<Amendment, { kind: "put-back-rows" }>;
  readonly progress: (asked: number, rules: number) => void;
}

/**
 * Puts rows back that the copy has and the live tables have not. What is there stays as it is; a row
 * that does not fit is refused and named; nothing may be worse afterwards than it was before.
 */
export async function putBackRows(work: PutBackWork): Promise<Amended> {
  const { database, path, amendment, progress } = work;
  const { collections, rules } = amendment;
  const before = readSchema(database, path, "main");
  const fires = collections.flatMap(({ name }) => insertTriggers(before, name));
  const tables = existing(before, work, fires.length > 0);
  const breaches = await askRules(database, rules, progress);
  const orphans = countOrphans(database, tables);

  attachSource(database, amendment.source);
  refuseSpelling(database, path);
  const { targets, hopeless, source } = prepare(work, before);
  for (const target of targets) findMissing(database, target);
  const reports = fill(work, targets, { before, source });

  const back = reports.filter((each) => each.back > 0 || each.created);
  requireSound(
    database,
    path,
    back.map(({ name }) => name),
  );
  refuseOrphans(orphans, countOrphans(database, tables));
  refuseWorse(rules, breaches, await askRules(database, rules, progress));
  const fired = back.filter(({ created }) => !created);
  return {
    collections: [...reports, ...hopeless.map(hopelessCollection)],
    doubts: [],
    touched: fired.flatMap(({ name }) => insertTriggers(before, name)),
  };
}

/** Null, which is every table, where triggers may reach further than the tables that are named. */
function existing(
  schema: Schema,
  { amendment }: PutBackWork,
  isAnyFired: boolean,
): readonly string[] | null {
  if (isAnyFired) return null;
  const names = amendment.collections.map(({ name }) => name);
  return names.filter((name) => tableNamed(schema, name) !== null);
}

function refuseSpelling(database: DatabaseSync, path: string): void {
  const of = (schema: string) => database.prepare(`PRAGMA ${schema}.encoding`).get()?.["encoding"];
  if (of("main") === of(SOURCE)) return;
  throw new SalvorError("REFUSED", `${path} spells its text otherwise than the snapshot`, {
    hint: "Restore the snapshot beside with --to, and copy the rows by hand.",
  });
}

interface Prepared {
  readonly targets: readonly Target[];
  readonly hopeless: readonly Hopeless[];
  readonly source: Schema;
}

/** Makes the tables that had vanished, and puts both sides of each table together. */
function prepare({ database, path, amendment }: PutBackWork, before: Schema): Prepared {
  const source = readSchema(database, amendment.source, SOURCE);
  const asked = amendment.collections.map((each) => ({
    ...each,
    presence: presenceOf(each.name, before, source),
  }));
  const vanished = asked.filter(({ presence }) => presence === "vanished");
  for (const { name } of vanished) createTable(database, name, source);
  const now = vanished.length === 0 ? before : readSchema(database, path, "main");
  const targets = asked.flatMap((each, place) => {
    const [live, copy] = [tableNamed(now, each.name), tableNamed(source, each.name)];
    if (typeof each.presence === "object" || live === null || copy === null) return [];
    const created = each.presence === "vanished";
    return [targetOf(each, place, { live, source: copy, created })];
  });
  const hopeless = asked.flatMap(({ presence }) =>
    typeof presence === "object" ? [presence] : [],
  );
  return { targets: parentsFirst(targets), hopeless, source };
}

/** Inserts, and inserts again without what turned out to point nowhere, until all of it fits. */
function fill(
  { database, path }: PutBackWork,
  targets: readonly Target[],
  { before, source }: { readonly before: Schema; readonly source: Schema },
): readonly AmendedCollection[] {
  const forgotten = new Map(targets.map((each) => [each, refuseForgotten(database, each)]));
  for (const { missing, obstacle } of targets) {
    const refuse = database.prepare(`UPDATE ${missing} SET refused = ? WHERE refused IS NULL`);
    if (obstacle !== null) refuse.run(obstacle);
  }
  const usable = targets.filter(({ obstacle }) => obstacle === null);
  const live = readSchema(database, path, "main");
  while (!insertAll(database, usable, live)) {
    // Each time at least one row fewer is tried.
  }
  const encoding = encodingOf(database);
  return targets.map((target) => {
    const sides = { live: before, source };
    const notes = target.created ? completeTable(database, target, sides) : [];
    return reportOf(database, target, { encoding, notes, forgotten: forgotten.get(target) ?? 0 });
  });
}

/** False when rows went in whose parent is not there: all is taken back, and they are refused. */
function insertAll(database: DatabaseSync, targets: readonly Target[], live: Schema): boolean {
  database.exec("SAVEPOINT salvor_round");
  for (const target of targets) insertMissing(database, target);
  const orphans = targets.map((target) => ({ target, ids: newOrphans(database, target, live) }));
  const isDone = orphans.every(({ ids }) => ids.length === 0);
  database.exec(isDone ? "RELEASE salvor_round" : "ROLLBACK TO salvor_round");
  if (!isDone) database.exec("RELEASE salvor_round");
  for (const { target, ids } of orphans) {
    const refuse = database.prepare(`UPDATE ${target.missing} SET refused = ? WHERE id = ?`);
    for (const id of ids) refuse.run(PARENT_GONE, id);
  }
  return isDone;
}

function refuseOrphans(before: number | null, after: number | null): void {
  if (before === null || after === null || after <= before) return;
  const message = `${after} rows would point nowhere, and ${before} did before`;
  throw new SalvorError("RULE_BROKEN", message, {
    hint: "Nothing was changed. Look at the triggers of these tables with --dry-run.",
  });
}
