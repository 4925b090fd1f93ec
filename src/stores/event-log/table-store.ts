import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";

import { SalvorError } from "../../core/errors.ts";
import type { Observation } from "../../core/finding.ts";
import type { JsonObject } from "../../core/json.ts";
import { entryModule } from "../../core/module.ts";
import type {
  DriverContext,
  Image,
  Inspection,
  InspectionKind,
  Specimen,
  Store,
} from "../types.ts";
import { observeMissing } from "./looks/inspect.ts";
import type { Look, LookInput } from "./looks/look-task.ts";
import type { EventLogOptions } from "./options.ts";

/** A log in a table, and the database that has the table. */
export interface TableLog {
  readonly name: string;
  readonly options: EventLogOptions;
  readonly context: DriverContext;
  readonly database: Store;
}

/** A database whose one table is a log of events: it is kept as a database, and read as a log. */
export function openTableStore(log: TableLog): Store {
  const { name, options, database } = log;
  const given = options as unknown as JsonObject; // as JSON spells it, defaults included
  const { address } = database.identity;
  const identity = { name, driver: "event-log", address, options: given };
  const named = (image: Image): Image => ({ ...image, store: identity });
  return {
    ...database,
    identity,
    events: { module: entryModule("stores/event-log/open-events").href, input: given },
    capture: async (asked, signal) => named(await database.capture(asked, signal)),
    hold: async (signal) => {
      const held = await database.hold(signal);
      const image = held.image === null ? null : named(held.image);
      return { ...held, image, inspect: (kind, abort) => inspect(log, held, kind, abort) };
    },
  };
}

/** What the database shows, and where that can be read, what its events show. */
async function inspect(
  log: TableLog,
  held: Specimen,
  kind: InspectionKind,
  signal: AbortSignal,
): Promise<Inspection> {
  const seen = await held.inspect(kind, signal);
  if (kind === "audit" || held.image === null) return seen;
  const { observations, checked } = await lookAtEvents(log, kind, signal);
  return {
    ...seen,
    observations: [...seen.observations, ...observations.map((each) => asRows(log, each))],
    checked: seen.checked + checked,
  };
}

/** The engine reads them, in a process that opens the database in no other way. */
async function lookAtEvents(
  { options, context }: TableLog,
  kind: InspectionKind,
  signal: AbortSignal,
): Promise<Pick<Look, "observations" | "checked">> {
  const folder = await mkdtemp(join(context.scratch, "look-"));
  try {
    const input: LookInput = { kind, options, scratch: folder };
    const task = entryModule("stores/event-log/looks/look-task");
    return await context.hosts.run<Look>("engine", task, input, signal);
  } catch (error) {
    if (signal.aborted || !(error instanceof SalvorError) || error.code !== "STORE_MISSING")
      throw error;
    return { observations: [observeMissing(error.message)], checked: 0 };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Rows are no lines: those that are gone go back as rows do, and an altered one with all others. */
function asRows({ options }: TableLog, observation: Observation): Observation {
  const { location, remedies } = observation;
  const rest = remedies.filter((each) => each !== "merge");
  if (observation.code !== "event-log.gap") return { ...observation, remedies: rest };
  const table = { ...location, ...(options.table !== undefined && { table: options.table }) };
  const back = [...rest, "put-back-rows"];
  return { ...observation, category: "structure", location: table, remedies: back };
}
