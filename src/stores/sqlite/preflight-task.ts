import type { HostTask } from "../host/messages.ts";
import { preflight } from "./preflight/preflight.ts";
import type { Preflight } from "./preflight/types.ts";

/** Looks at a live database as bytes. */
export const task: HostTask<{ readonly path: string }, Preflight> = async ({ path }) =>
  preflight(path);
