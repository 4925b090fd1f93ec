import { defineDriver } from "../define-driver.ts";
import { databasePath } from "./database-path.ts";
import { sqliteOptions } from "./options.ts";

/** SQLite databases, captured through the engine and read by our own decoder. */
export const sqliteDriver = defineDriver({
  name: "sqlite",
  summary: "An SQLite database file",
  options: sqliteOptions,
  capabilities: {
    amendments: ["reindex", "put-back-rows"],
    queries: true,
    transactional: true,
    parts: "pages",
    files: false,
  },
  open: async (...given) => (await import("./store.ts")).openSqliteStore(...given),
  addressOf: (given) => databasePath(sqliteOptions.parse(given).path),
  at: (address, given) => ({ ...given, path: address }),
});
