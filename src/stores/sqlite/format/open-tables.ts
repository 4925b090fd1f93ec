import { readRecord } from "../../../receipts/canonical.ts";
import type { EntrySink, Value } from "../../../receipts/types.ts";
import type { Collection } from "../../types.ts";
import {
  catalogue,
  indexDefinitions,
  isRecordedOnly,
  tableDefinitions,
} from "../schema/catalogue.ts";
import { defaultValue } from "../schema/default-value.ts";
import { layoutOf } from "../schema/layout.ts";
import { foldName } from "../schema/names.ts";
import { shadowTables } from "../schema/shadow-tables.ts";
import type { SchemaRow, TableDefinition } from "../schema/types.ts";
import { BTreeWalk } from "./b-tree.ts";
import { damaged } from "./damage.ts";
import { PageFile } from "./page-file.ts";
import type { RecordColumn } from "./record-writer.ts";
import { rowSink } from "./row-sink.ts";
import { decodeText, encodeText } from "./text.ts";
import type { DatabaseReader, RowidRange, RowReader, StoredTable } from "./types.ts";

/**
 * Opens a settled database file (no -wal, nobody writes) and reads its catalogue.
 *
 * @throws {SalvorError} STORE_DAMAGED when header or catalogue cannot be read, with file and page.
 */
export function openTables(path: string): DatabaseReader {
  const file = new PageFile(path);
  try {
    const schemaRows = readSchema(file);
    return {
      path,
      header: file.header,
      pageCount: file.pageCount,
      schemaRows,
      elements: catalogue(schemaRows),
      tables: storedTables(path, schemaRows),
      ...rowsOf(file),
    };
  } catch (error) {
    file[Symbol.dispose]();
    throw error;
  }
}

/**
 * Opens a settled database file to read tables that are known already: its catalogue is not read
 * again, which of many tables would take longer than their rows.
 *
 * @throws {SalvorError} STORE_DAMAGED when the header cannot be read.
 */
export function openRows(path: string): RowReader {
  return rowsOf(new PageFile(path));
}

function rowsOf(file: PageFile): RowReader {
  return {
    scan: (table, sink, range) => scan(file, table, sink, range),
    scanRowids: ({ collection, rootPage }, sink) => {
      const tree = { name: `table "${collection.name}"`, rootPage, kind: "table" as const };
      new BTreeWalk(file, tree, sink).walk();
    },
    [Symbol.dispose]: () => file[Symbol.dispose](),
  };
}

function scan(file: PageFile, table: StoredTable, sink: EntrySink, range?: RowidRange): number {
  const name = `table "${table.collection.name}"`;
  const kind = table.definition.withoutRowid ? "index" : "table";
  const { layout, definition } = table;
  let walk: BTreeWalk | null = null;
  const shape = {
    keyKind: layout.keyKind,
    key: layout.key,
    columns: layout.stored.map((at) => recordColumn(file, definition, at)),
    complain: () =>
      damaged(file.path, `page ${walk?.page} of ${name} has a cell that is no record`),
  };
  walk = new BTreeWalk(file, { name, rootPage: table.rootPage, kind }, rowSink(shape, sink));
  return walk.walk(range);
}

function recordColumn(file: PageFile, definition: TableDefinition, at: number): RecordColumn {
  const column = definition.columns[at];
  const encoding = file.header?.encoding ?? "utf-8";
  return {
    isReal: column?.affinity === "real",
    isRowid: definition.rowidAlias === at,
    whenMissing:
      column === undefined
        ? { type: "null" }
        : defaultValue(column, (text) => encodeText(text, encoding)),
  };
}

const SCHEMA_PAGE = 1;
const SCHEMA_COLUMN: RecordColumn = {
  isReal: false,
  isRowid: false,
  whenMissing: { type: "null" },
};

/** The rows of sqlite_schema. STORE_DAMAGED when they cannot be read to the last one. */
export function readSchema(file: PageFile): readonly SchemaRow[] {
  if (file.header === null) return [];
  const { encoding } = file.header;
  const rows: SchemaRow[] = [];
  const text = (value: Value | undefined): string =>
    value?.type === "text" ? decodeText(value.bytes, encoding) : "";
  const keep: EntrySink = {
    add: (record, start, end) => {
      const [type, name, table, root, sql] = readRecord(record.slice(start, end));
      rows.push({
        type: text(type),
        name: text(name),
        table: text(table),
        rootPage: root?.type === "integer" ? Number(root.value) : 0,
        sql: sql?.type === "text" ? text(sql) : null,
      });
    },
  };
  const tree = { name: "sqlite_schema", rootPage: SCHEMA_PAGE, kind: "table" as const };
  const shape = {
    keyKind: "row" as const,
    key: [],
    columns: Array.from({ length: 5 }, () => SCHEMA_COLUMN),
    complain: () => damaged(file.path, `sqlite_schema has a row that is no record`),
  };
  new BTreeWalk(file, tree, rowSink(shape, keep)).walk();
  return rows;
}

/** What each table of a catalogue is made of. STORE_DAMAGED when a definition cannot be read. */
export function storedTables(path: string, rows: readonly SchemaRow[]): readonly StoredTable[] {
  const definitions = tableDefinitions(rows);
  const indexes = Map.groupBy(indexDefinitions(rows), ({ table }) => foldName(table));
  const shadows = shadowTables(rows);
  return rows
    .filter(({ type, rootPage }) => type === "table" && rootPage > 0)
    .map((row) => {
      const definition = definitions.get(foldName(row.name));
      if (definition === undefined)
        throw damaged(path, `the definition of table "${row.name}" cannot be read`);
      const layout = layoutOf(definition, indexes.get(foldName(row.name)) ?? []);
      const named = (at: number): string => definition.columns[layout.stored[at] ?? -1]?.name ?? "";
      const alias = definition.columns[definition.rowidAlias ?? -1]?.name;
      const collection: Collection = {
        name: row.name,
        key: alias === undefined ? layout.key.map(named) : [alias],
        columns: [...layout.stored.keys()].map(named),
        internal: shadows.has(row.name),
      };
      return {
        collection,
        definition,
        layout,
        rootPage: row.rootPage,
        isOrdered: layout.keyKind === "rowid",
        hasRowidKey: layout.keyKind === "rowid",
        isRecorded: isRecordedOnly(row.name),
      };
    });
}
