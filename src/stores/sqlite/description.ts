import type { SchemaElement } from "../../receipts/types.ts";
import type { DatabaseHeader } from "./format/header.ts";
import type { StoredTable } from "./format/types.ts";

/** What an image holds, without its rows. Plain data. */
export interface Description {
  /** Null for a file of no bytes. */
  readonly header: DatabaseHeader | null;
  readonly elements: readonly SchemaElement[];
  readonly tables: readonly StoredTable[];
}

/** Statistics and sequences are recorded, never compared. */
export function comparedTables({ tables }: Description): Description["tables"] {
  return tables.filter(({ isRecorded }) => !isRecorded);
}
