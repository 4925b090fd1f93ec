import type { LogEvent } from "../../events.ts";
import type { EventLogOptions } from "../options.ts";

/** Why an event's data fail the schema of its type; null when they do not, or there is none. */
export type SchemaCheck = (event: LogEvent) => string | null;

/**
 * Compiles the schemas of a log. Null when it has none: the library that checks is not even loaded.
 *
 * @throws {SalvorError} CONFIG_INVALID for a schema that cannot be used.
 */
export async function schemaCheck(options: EventLogOptions): Promise<SchemaCheck | null> {
  if (Object.keys(options.schemas).length === 0) return null;
  const { compileSchemas } = await import("./compile-schemas.ts");
  return compileSchemas(options.schemas);
}
