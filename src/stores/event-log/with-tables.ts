import type { Driver } from "../define-driver.ts";
import { eventLogOptions } from "./options.ts";

/**
 * The driver of event logs, of those in a table of a database too: the database is kept as the driver
 * of databases keeps it. No adapter knows another one, so whoever lists both joins them.
 */
export function withTables(logs: Driver, databases: Driver): Driver {
  return {
    ...logs,
    open: async (name, given, context) => {
      const options = eventLogOptions.parse(given);
      if (options.table === undefined) return logs.open(name, given, context);
      const { openTableStore } = await import("./table-store.ts");
      const address = logs.addressOf(given);
      const database = await databases.open(name, databases.at(address, {}), context);
      return openTableStore({ name, options, context, database });
    },
  };
}
