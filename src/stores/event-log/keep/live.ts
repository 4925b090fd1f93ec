import type { DriverContext, StoreIdentity } from "../../types.ts";
import type { EventLogOptions } from "../options.ts";
import type { LogPlace } from "../place.ts";

/** A log where it lives, and what works on it. */
export interface LiveLog {
  readonly identity: StoreIdentity;
  readonly place: LogPlace;
  readonly options: EventLogOptions;
  readonly context: DriverContext;
}
