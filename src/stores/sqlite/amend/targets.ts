import { SalvorError } from "../../../core/errors.ts";
import type { PutBackCollection } from "../../put-back-collection.ts";
import type { StoredTable } from "../format/types.ts";
import { sameName } from "../schema/names.ts";
import { rowNamed, type Schema, tableNamed } from "./schemas.ts";

/** A table that rows go back to. */
export interface Target {
  readonly name: string;
  readonly forget: string | null;
  readonly source: StoredTable;
  /** As it is now; for one that had vanished, as it was made again. */
  readonly live: StoredTable;
  readonly created: boolean;
  /** Why none of its rows can go back; null when they can. */
  readonly obstacle: string | null;
  /** How its missing rows are named in temporary tables. */
  readonly missing: string;
}

/** A table that cannot even be compared. */
export interface Hopeless {
  readonly name: string;
  readonly reason: string;
}

/** Does the collection have to be made again, and can it be? */
export type Presence = "there" | "vanished" | Hopeless;

/**
 * Looks for the table in both catalogues.
 *
 * @throws {SalvorError} NOT_FOUND when the copy has no such table either.
 */
export function presenceOf(name: string, live: Schema, source: Schema): Presence {
  const wanted = tableNamed(source, name);
  if (wanted === null && rowNamed(source, name) === null) {
    throw new SalvorError("NOT_FOUND", `the snapshot has no table ${name} to put back`, {
      hint: "Choose a snapshot that has it: salvor receipt <snapshot> lists its tables.",
    });
  }
  if (wanted === null) return { name, reason: "only the rows of ordinary tables can go back" };
  if (wanted.collection.internal) return { name, reason: "it belongs to a virtual table" };
  if (tableNamed(live, name) !== null) return "there";
  const taken = rowNamed(live, name);
  if (taken === null) return "vanished";
  return { name, reason: `its name is taken by a ${taken.type} now` };
}

/** Puts both sides of a table together. Both have it. */
export function targetOf(
  { name, forget }: PutBackCollection,
  place: number,
  sides: { readonly live: StoredTable; readonly source: StoredTable; readonly created: boolean },
): Target {
  const obstacle = obstacleOf(sides.live, sides.source);
  return { ...sides, name, forget, obstacle, missing: `temp.salvor_missing_${place}` };
}

function obstacleOf(live: StoredTable, source: StoredTable): string | null {
  if (!haveSameKey(live, source)) return "the table has another key by now";
  if (!live.definition.withoutRowid && rowidName(live, source) === null) {
    return "columns hide the row ids of the table";
  }
  for (const name of insertedColumns(source)) {
    const [now, then] = [columnNamed(live, name), columnNamed(source, name)];
    if (now === undefined) return `the table no longer has the column ${name}`;
    if (now.generated !== null) return `the column ${name} is computed by now`;
    if (now.affinity !== then?.affinity) return `the column ${name} has another type by now`;
  }
  return null;
}

function haveSameKey(live: StoredTable, source: StoredTable): boolean {
  const [ours, theirs] = [live.collection.key, source.collection.key];
  const isSameKind = live.layout.keyKind === source.layout.keyKind;
  const isSameLayout = live.definition.withoutRowid === source.definition.withoutRowid;
  return (
    isSameKind &&
    isSameLayout &&
    ours.length === theirs.length &&
    ours.every((name, at) => sameName(name, theirs[at] ?? ""))
  );
}

/** Columns that an INSERT must name: those that are not computed. */
export function insertedColumns({ definition }: StoredTable): readonly string[] {
  return definition.columns.filter(({ generated }) => generated === null).map(({ name }) => name);
}

function columnNamed({ definition }: StoredTable, name: string) {
  return definition.columns.find((column) => sameName(column.name, name));
}

/** A name of the row id that no column of either side takes; null when all are taken. */
export function rowidName(live: StoredTable, source: StoredTable): string | null {
  const names = ["rowid", "_rowid_", "oid"];
  const isFree = (name: string): boolean =>
    columnNamed(live, name) === undefined && columnNamed(source, name) === undefined;
  if (source.layout.keyKind === "rowid") return source.collection.key[0] ?? null;
  return names.find(isFree) ?? null;
}
