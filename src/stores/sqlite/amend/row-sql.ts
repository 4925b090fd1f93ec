import { quoted } from "../schema/names.ts";
import { SOURCE } from "./schemas.ts";
import { insertedColumns, rowidName, type Target } from "./targets.ts";

/** The table as it lives. */
export function liveTable({ live }: Target): string {
  return `main.${quoted(live.collection.name)}`;
}

/** The table in the copy. */
export function sourceTable({ source }: Target): string {
  return `${SOURCE}.${quoted(source.collection.name)}`;
}

/** What a missing row is found again by: its row id, or the columns of its key. */
export function locators({ live, source }: Target): readonly string[] {
  if (source.definition.withoutRowid) return source.collection.key.map(quoted);
  return [quoted(rowidName(live, source) ?? "rowid")];
}

/** Columns of the table of missing rows that hold the locators. */
export function locatorColumns(target: Target): readonly string[] {
  return locators(target).map((_, place) => `k${place}`);
}

/** `c` is a missing row, `s` the same row in the copy. */
export function missingJoin(target: Target): string {
  const stands = target.source.definition.withoutRowid ? sameValue : sameRowid;
  const on = locators(target).map((name, place) => stands(`s.${name}`, `c.k${place}`));
  return `${target.missing} c CROSS JOIN ${sourceTable(target)} s ON ${on.join(" AND ")}`;
}

function sameRowid(a: string, b: string): string {
  return `${a} = ${b}`;
}

/**
 * The same value to the last byte. The first term is what an index answers, under the collation of
 * the column; the others tell 'A' from 'a', and 1 from 1.0.
 */
export function sameValue(a: string, b: string): string {
  const bytes = `CAST(${a} AS BLOB) = CAST(${b} AS BLOB)`;
  return `(${a} IS ${b} AND typeof(${a}) = typeof(${b}) AND (typeof(${a}) <> 'text' OR ${bytes}))`;
}

/**
 * Puts one missing row, named by its number, into the live table. Values never leave the engine. A
 * row id without a name in the table stays where it is free.
 */
export function insertRow(target: Target, keepsRowid: boolean): string {
  const columns = insertedColumns(target.source).map(quoted);
  const values = columns.map((name) => `s.${name}`);
  if (keepsRowid) {
    const [rowid = ""] = locators(target);
    columns.push(rowid);
    const taken = `EXISTS (SELECT 1 FROM ${liveTable(target)} t WHERE t.${rowid} = s.${rowid})`;
    values.push(`CASE WHEN ${taken} THEN NULL ELSE s.${rowid} END`);
  }
  return (
    `INSERT ${conflictClause(target)} INTO ${liveTable(target)} (${columns.join(", ")}) ` +
    `SELECT ${values.join(", ")} FROM ${missingJoin(target)} WHERE c.id = ?`
  );
}

/**
 * A table may declare that a new row replaces the one in its way, which must never happen here. Said
 * in the statement, ABORT overrides that; it would also override what triggers say, so it is said only
 * where it is needed.
 */
function conflictClause({ live: { definition } }: Target): string {
  const { primaryKey, unique, columns } = definition;
  const declared = [
    ...(primaryKey === null ? [] : [primaryKey.conflict]),
    ...unique.map(({ conflict }) => conflict),
    ...columns.map(({ notNullConflict }) => notNullConflict),
  ];
  return declared.some((each) => each !== null && each !== "ABORT") ? "OR ABORT" : "";
}
