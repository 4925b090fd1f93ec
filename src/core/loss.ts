import type { Json, JsonObject } from "./json.ts";

/** Something that could not be saved. */
export interface Loss {
  readonly store: string;
  readonly collection: string | null;
  readonly key: Json;
  readonly location: JsonObject;
  readonly reason: string;
}
