import type { JsonObject } from "../../core/json.ts";
import type { SealOptions } from "../types.ts";
import type { Description } from "./description.ts";
import type { LiveDatabase } from "./live.ts";

/** An image that is to be sealed. */
export interface SealRequest {
  readonly live: LiveDatabase;
  readonly path: string;
  readonly at: string;
  readonly described: Description;
  readonly recorded: JsonObject;
  readonly options: SealOptions;
}
