import * as z from "zod";

import type { JsonObject } from "../../core/json.ts";

/** JSON and nothing else: what a driver's options are. */
const options = z.record(z.string(), z.json()).transform((value) => value as JsonObject);

/** Which store a step is about. */
export const storeFields = {
  store: z.string(),
  driver: z.string(),
  options,
};

/** Which snapshot, and in which repository's folder; null is that of the configuration. */
export const snapshotFields = {
  repository: z.string().nullable(),
  snapshot: z.string(),
};

/** Some paths of a store of files, as a restore wants them; null: the whole store. */
export const wantedField = {
  wanted: z
    .object({ only: z.array(z.string()), alone: z.boolean() })
    .nullable()
    .default(null),
};

/** Older snapshots, newest first: each is taken when the ones before it cannot be. */
export const fallbackField = {
  fallbacks: z.array(z.string()).default([]),
};
