import type { EventReader } from "../../events.ts";
import type { EventLogOptions } from "../options.ts";
import { TableReader } from "../table/table-reader.ts";
import { FileReader } from "./file-reader.ts";
import { schemaCheck } from "./schemas.ts";
import type { SchemaCheck } from "./types.ts";

/** Opens a log, its paths absolute. Reads nothing yet. */
export function openReader(options: EventLogOptions): EventReader {
  let schemas: Promise<SchemaCheck | null> | null = null;
  const compiled = (): Promise<SchemaCheck | null> => (schemas ??= schemaCheck(options));
  return options.table === undefined
    ? new FileReader(options, compiled)
    : new TableReader(options, compiled);
}
