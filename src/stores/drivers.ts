import { documentsDriver } from "./documents/driver.ts";
import { eventLogDriver } from "./event-log/driver.ts";
import { withTables } from "./event-log/with-tables.ts";
import { filesDriver } from "./files/driver.ts";
import { sqliteDriver } from "./sqlite/driver.ts";
import type { Driver } from "./define-driver.ts";

/** Every driver we ship. A new one is a new folder and a new line here; nothing else changes. */
export const drivers: readonly Driver[] = [
  documentsDriver,
  withTables(eventLogDriver, sqliteDriver),
  filesDriver,
  sqliteDriver,
];
