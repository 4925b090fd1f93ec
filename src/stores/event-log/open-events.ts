import type { OpenEvents } from "../events.ts";
import { eventLogOptions } from "./options.ts";
import { openReader } from "./read/open-reader.ts";

/** Opens a log by the options of its store, their paths absolute. Reads nothing yet. */
export const openEvents: OpenEvents = (input) => openReader(eventLogOptions.parse(input));
