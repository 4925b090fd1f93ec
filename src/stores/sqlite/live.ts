import type { DriverContext, StoreIdentity } from "../types.ts";

/** One live SQLite database, as the modules of this folder see it. */
export interface LiveDatabase {
  readonly identity: StoreIdentity;
  /** Absolute. */
  readonly path: string;
  readonly busyTimeoutMs: number;
  readonly context: DriverContext;
}
