import type { EntrySink, SchemaElement } from "../../../receipts/types.ts";
import type { Collection } from "../../types.ts";
import type { TableLayout } from "../schema/layout.ts";
import type { SchemaRow, TableDefinition } from "../schema/types.ts";
import type { CellSink } from "./cell-sink.ts";
import type { DatabaseHeader } from "./header.ts";

/** A table that has pages of its own. Plain data: crosses threads. */
export interface StoredTable {
  readonly collection: Collection;
  readonly definition: TableDefinition;
  readonly layout: TableLayout;
  readonly rootPage: number;
  /** Entries come in ascending order of key: nobody has to sort them. */
  readonly isOrdered: boolean;
  /** The key is the row id, so that ranges can be scanned. */
  readonly hasRowidKey: boolean;
  /** Content that is recorded and never compared: sqlite_sequence and sqlite_stat*. */
  readonly isRecorded: boolean;
}

/** Row ids: `after` exclusive, `upTo` inclusive; null is open. */
export interface RowidRange {
  readonly after: bigint | null;
  readonly upTo: bigint | null;
}

/** Where the pages of a table begin, and what it is called. */
export type TableRoot = Pick<StoredTable, "rootPage"> & {
  readonly collection: Pick<Collection, "name">;
};

/** Reads the rows of tables that are known. */
export interface RowReader extends Disposable {
  /**
   * Hands every row of a table to the sink and returns how many there were.
   *
   * @param range only for tables with `hasRowidKey`.
   * @throws {SalvorError} STORE_DAMAGED with file, page and table.
   */
  scan(table: StoredTable, sink: EntrySink, range?: RowidRange): number;
  /** Hands the row ids of a table with `hasRowidKey` to the sink, ascending, and looks at no row. */
  scanRowids(table: TableRoot, sink: CellSink): void;
}

/** A settled database file, read page by page without the engine. */
export interface DatabaseReader extends RowReader {
  readonly path: string;
  /** Null for a file of no bytes, which is a database without tables. */
  readonly header: DatabaseHeader | null;
  readonly pageCount: number;
  readonly schemaRows: readonly SchemaRow[];
  /** What is compared of the catalogue. */
  readonly elements: readonly SchemaElement[];
  readonly tables: readonly StoredTable[];
}
