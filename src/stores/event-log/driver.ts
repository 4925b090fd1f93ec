import { isJsonObject, type JsonObject } from "../../core/json.ts";
import { defineDriver } from "../define-driver.ts";
import { eventLogOptions } from "./options.ts";
import { pathAt, placeOf } from "./place.ts";

/** Logs of events, one a line, in one file or in many. */
export const eventLogDriver = defineDriver({
  name: "event-log",
  summary: "A log of events, one JSON object a line",
  options: eventLogOptions,
  capabilities: {
    amendments: ["mend-events"],
    queries: true,
    transactional: false,
    events: true,
    parts: "streams",
    files: false,
  },
  open: async (...given) => (await import("./store.ts")).openLogStore(...given),
  addressOf: (given) => placeOf(eventLogOptions.parse(given).path).address,
  at: (address, given) => ({
    ...given,
    path: pathAt(address, eventLogOptions.parse(given).path),
  }),
  resolvePaths: withSchemas,
});

/** The schemas of types are files. */
function withSchemas(options: JsonObject, absolute: (path: string) => string): JsonObject {
  const { schemas } = options;
  if (!isJsonObject(schemas)) return options;
  const resolved = Object.entries(schemas).map(([type, path]) => [
    type,
    typeof path === "string" ? absolute(path) : path,
  ]);
  return { ...options, schemas: Object.fromEntries(resolved) as JsonObject };
}
