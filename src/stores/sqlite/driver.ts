import { resolve } from "node:path";

import { defineDriver } from "../define-driver.ts";
import { sqliteOptions } from "./options.ts";
import { openSqliteStore } from "./store.ts";

/** SQLite databases, captured through the engine and read by our own decoder. */
export const sqliteDriver = defineDriver({
  name: "sqlite",
  summary: "An SQLite database file",
  options: sqliteOptions,
  capabilities: { inspections: ["audit"], transactional: true, parts: "pages" },
  open: openSqliteStore,
  addressOf: (given) => resolve(sqliteOptions.parse(given).path),
  at: (address, given) => ({ ...given, path: address }),
});
