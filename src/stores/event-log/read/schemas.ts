import type { EventLogOptions } from "../options.ts";
import type { SchemaCheck } from "./types.ts";

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
