import { messageOf } from "../../../core/errors.ts";
import type { JobAnswer } from "../../../core/pool.ts";
import { countCells } from "../format/count-cells.ts";
import type { DatabaseHeader } from "../format/header.ts";
import { readSchema } from "../format/open-tables.ts";
import { PageFile } from "../format/page-file.ts";
import { isRecordedOnly, tableDefinitions } from "../schema/catalogue.ts";
import { foldName } from "../schema/names.ts";
import { parseIndex } from "../schema/parse-index.ts";
import type { SchemaRow, TableDefinition } from "../schema/types.ts";

/** The settled file whose rows are counted. */
export interface CountInput {
  readonly path: string;
}

/** Something of a database that cannot be read. */
export interface Unread {
  /** `schema`: the catalogue itself; `entry`: one of its definitions; `rows`: a table's pages. */
  readonly part: "schema" | "entry" | "rows";
  /** Of a table or an index; empty for the catalogue. */
  readonly name: string;
  readonly type: string;
  readonly why: string;
}

/** What the pages of a database claim. Plain data. */
export interface Counted {
  readonly header: DatabaseHeader | null;
  readonly pageCount: number;
  /** Definitions in the catalogue. */
  readonly entries: number;
  /** Rows by table, of those that could be counted. */
  readonly rows: readonly (readonly [table: string, count: number])[];
  readonly unread: readonly Unread[];
}

/** Counts the rows of every table that a receipt counts; one that is damaged does not hide another. */
export function job({ path }: CountInput): JobAnswer<Counted> {
  using file = new PageFile(path);
  const { header, pageCount } = file;
  const { rows: schema, unread } = schemaOf(file);
  const tables = tableDefinitions(schema);
  const rows: [string, number][] = [];
  for (const row of schema) {
    const found = unreadable(row, tables) ?? countRows(file, row, tables, rows);
    if (found !== null) unread.push(found);
  }
  const output = { header, pageCount, entries: schema.length, rows, unread };
  return { output, transfer: [] };
}

function schemaOf(file: PageFile): { rows: readonly SchemaRow[]; unread: Unread[] } {
  try {
    return { rows: readSchema(file), unread: [] };
  } catch (error) {
    const why = messageOf(error);
    return { rows: [], unread: [{ part: "schema", type: "schema", name: "", why }] };
  }
}

function unreadable(row: SchemaRow, tables: ReadonlyMap<string, TableDefinition>): Unread | null {
  const { type, name, rootPage, sql } = row;
  const isTable = type === "table" && rootPage > 0;
  const isIndex = type === "index" && sql !== null;
  const isBroken =
    (isTable && !tables.has(foldName(name))) || (isIndex && parseIndex(name, sql) === null);
  return isBroken ? { part: "entry", type, name, why: "its definition cannot be read" } : null;
}

function countRows(
  file: PageFile,
  { type, name, rootPage }: SchemaRow,
  tables: ReadonlyMap<string, TableDefinition>,
  into: [string, number][],
): Unread | null {
  if (type !== "table" || rootPage === 0 || isRecordedOnly(name)) return null;
  const kind = tables.get(foldName(name))?.withoutRowid === true ? "index" : "table";
  try {
    into.push([name, countCells(file, { name: `table "${name}"`, rootPage, kind })]);
    return null;
  } catch (error) {
    return { part: "rows", type, name, why: messageOf(error) };
  }
}
