import type { DatabaseSync, SQLOutputValue } from "node:sqlite";

import { sha256 } from "../../../core/hash.ts";
import { writeRecord } from "../../../receipts/canonical.ts";
import { quoted, sameName } from "../schema/names.ts";
import { exactColumns, valuesOf } from "./exact-values.ts";
import { liveTable, locatorColumns, locators, sameValue, sourceTable } from "./row-sql.ts";
import { insertedColumns, type Target } from "./targets.ts";

/**
 * Makes the temporary table of rows that the copy has and the live table has not: `id` counts them,
 * `k0…` find them, `refused` says why one does not go back.
 */
export function findMissing(database: DatabaseSync, target: Target): void {
  const places = locatorColumns(target).join(", ");
  database.exec(`CREATE TABLE ${target.missing} (id INTEGER PRIMARY KEY, ${places}, refused TEXT)`);
  if (target.created) return addRows(database, target, "");
  const { keyKind } = target.source.layout;
  if (keyKind === "row") return addUncounted(database, target, "");
  const nulls = nullKeys(target);
  const isKeyed = nulls === "" ? "" : `NOT (${nulls}) AND `;
  addRows(database, target, `WHERE ${isKeyed}NOT EXISTS (${sameKey(target)})`);
  if (nulls !== "") addUncounted(database, target, `WHERE ${nulls}`);
}

function addRows(database: DatabaseSync, target: Target, where: string): void {
  const found = locators(target).map((name) => `s.${name}`);
  database.exec(
    `INSERT INTO ${target.missing} (${locatorColumns(target).join(", ")}) ` +
      `SELECT ${found.join(", ")} FROM ${sourceTable(target)} s NOT INDEXED ${where}`,
  );
}

function sameKey(target: Target): string {
  const { key } = target.source.collection;
  const isRowid = target.source.layout.keyKind === "rowid";
  const terms = key.map((name) => {
    const [ours, theirs] = [`t.${quoted(name)}`, `s.${quoted(name)}`];
    return isRowid ? `${ours} = ${theirs}` : sameValue(ours, theirs);
  });
  return `SELECT 1 FROM ${liveTable(target)} t WHERE ${terms.join(" AND ")}`;
}

/** Old tables let a primary key be NULL, and then let it stand there more than once. */
function nullKeys({ source }: Target): string {
  const { definition, collection } = source;
  if (definition.withoutRowid || source.layout.keyKind !== "columns") return "";
  const isNullable = (name: string): boolean =>
    definition.columns.some((column) => sameName(column.name, name) && !column.notNull);
  const terms = collection.key.filter(isNullable).map((name) => `${quoted(name)} IS NULL`);
  return terms.join(" OR ");
}

/** Rows that nothing tells apart: of equal ones, as many are missing as the live table has fewer. */
function addUncounted(database: DatabaseSync, target: Target, where: string): void {
  const held = target.missing.replace("missing", "held");
  database.exec(`CREATE TABLE ${held} (digest BLOB PRIMARY KEY, times INTEGER) WITHOUT ROWID`);
  const count = database.prepare(
    `INSERT INTO ${held} VALUES (?, 1) ON CONFLICT (digest) DO UPDATE SET times = times + 1`,
  );
  const take = database.prepare(
    `UPDATE ${held} SET times = times - 1 WHERE digest = ? AND times > 0`,
  );
  const add = database.prepare(`INSERT INTO ${target.missing} (k0) VALUES (?)`);
  for (const { digest } of digests(database, target, `${liveTable(target)} s ${where}`)) {
    count.run(digest);
  }
  for (const { digest, rowid } of digests(database, target, `${sourceTable(target)} s ${where}`)) {
    if (take.run(digest).changes === 0n) add.run(rowid);
  }
  database.exec(`DROP TABLE ${held}`);
}

interface RowDigest {
  readonly digest: Uint8Array;
  readonly rowid: bigint;
}

/** Whole rows to the last byte, in the columns that both sides have. */
function* digests(database: DatabaseSync, target: Target, from: string): Generator<RowDigest> {
  const columns = insertedColumns(target.source);
  const [rowid = ""] = locators(target);
  const statement = database.prepare(`SELECT s.${rowid}, ${exactColumns(columns)} FROM ${from}`);
  statement.setReturnArrays(true);
  // `setReturnArrays` changes what the rows are; the types of node:sqlite do not follow.
  for (const row of statement.iterate() as unknown as Iterable<readonly SQLOutputValue[]>) {
    const digest = sha256(writeRecord(valuesOf(row.slice(1))));
    yield { digest, rowid: row[0] as bigint };
  }
}
