import type { Preflight } from "./types.ts";

/** Looks at a live database as bytes. Run it in a process that never opens it with the engine. */
export function preflight(path: string): Preflight {
  throw new Error(`not yet: ${path}`);
}
