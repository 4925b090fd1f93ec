import type { Json, JsonObject } from "../../core/json.ts";
import { isJsonObject } from "../../core/json.ts";
import type { ColumnType, ProjectionTable } from "../types.ts";
import { TO_COLUMN } from "../values/column-values.ts";
import { invalid } from "./invalid.ts";

/** What may be called a table or a column: it is written into statements, and read by people. */
const NAME = /^(?!__proto__$)[A-Za-z_][A-Za-z0-9_]{0,62}$/;

/** What a module says of its projection. */
export interface ReadDefinition {
  readonly version: number | null;
  readonly tables: Readonly<Record<string, ProjectionTable>>;
}

/**
 * Checks what a module's definition says.
 *
 * @throws {SalvorError} PROJECTION_INVALID with the first thing that is wrong.
 */
export function readDefinition(path: string, spelled: string): ReadDefinition {
  const said = JSON.parse(spelled) as JsonObject;
  const refuse = (message: string): never => {
    throw invalid(path, null, message);
  };
  if (typeof said["problem"] === "string") refuse(said["problem"]);
  const { version = null, tables } = said;
  if (typeof said["name"] !== "string" || said["name"] === "") refuse("name: must be a text");
  if (version !== null && !Number.isSafeInteger(version)) refuse("version: must be a whole number");
  if (!isJsonObject(tables) || Object.keys(tables).length === 0) {
    return refuse("tables: must name at least one table");
  }
  refuseNames(Object.keys(tables), "tables", refuse);
  const read = Object.entries(tables).map(([name, table]) => [
    name,
    tableOf(`tables.${name}`, table, refuse),
  ]);
  return {
    version: version as number | null,
    tables: Object.fromEntries(read) as Record<string, ProjectionTable>,
  };
}

type Refuse = (message: string) => never;

function tableOf(path: string, table: Json, refuse: Refuse): ProjectionTable {
  if (!isJsonObject(table)) return refuse(`${path}: must be an object`);
  const { columns, key } = table;
  if (!isJsonObject(columns)) return refuse(`${path}.columns: must be an object`);
  refuseNames(Object.keys(columns), `${path}.columns`, refuse);
  for (const [column, type] of Object.entries(columns)) {
    if (typeof type === "string" && Object.hasOwn(TO_COLUMN, type)) continue;
    refuse(`${path}.columns.${column}: must be one of ${Object.keys(TO_COLUMN).join(", ")}`);
  }
  const lists = table["indexes"] ?? [];
  if (!Array.isArray(lists)) return refuse(`${path}.indexes: must be a list`);
  return {
    key: columnsOf(`${path}.key`, key, columns, refuse),
    columns: columns as Readonly<Record<string, ColumnType>>,
    indexes: lists.map((list) => columnsOf(`${path}.indexes`, list as Json, columns, refuse)),
  };
}

/** One column or a list of them, all of which are there, each once. */
function columnsOf(
  path: string,
  given: Json | undefined,
  columns: JsonObject,
  refuse: Refuse,
): readonly string[] {
  const list: readonly Json[] = Array.isArray(given) ? (given as readonly Json[]) : [given ?? null];
  for (const column of list) {
    if (typeof column === "string" && Object.hasOwn(columns, column)) continue;
    refuse(`${path}: ${JSON.stringify(column)} is no column`);
  }
  if (list.length === 0 || new Set(list).size < list.length) {
    refuse(`${path}: must name each of its columns once`);
  }
  return list as readonly string[];
}

function refuseNames(names: readonly string[], path: string, refuse: Refuse): void {
  for (const name of names) {
    const isReserved = /^(salvor|sqlite)_/i.test(name) && path === "tables";
    if (!NAME.test(name) || isReserved) refuse(`${path}: ${JSON.stringify(name)} is no free name`);
  }
  // To SQLite, capitals and small letters are the same.
  const same = new Set(names.map((name) => name.toLowerCase()));
  if (same.size < names.length) refuse(`${path}: two names differ in capitals only`);
}
