import type { EventReader, OpenEvents } from "../events.ts";
import { eventLogOptions } from "./options.ts";
import { FileReader } from "./read/file-reader.ts";
import { schemaCheck, type SchemaCheck } from "./read/schemas.ts";

/** Opens a log by the options of its store, `path` absolute. Reads nothing yet. */
export const openEvents: OpenEvents = (input): EventReader => {
  const options = eventLogOptions.parse(input);
  let schemas: Promise<SchemaCheck | null> | null = null;
  const compiled = (): Promise<SchemaCheck | null> => (schemas ??= schemaCheck(options));
  return new FileReader(options, compiled);
};
