import type { LogEvent } from "../../events.ts";

/** Why an event's data fail the schema of its type; null when they do not, or there is none. */
export type SchemaCheck = (event: LogEvent) => string | null;
