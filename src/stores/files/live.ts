import type { DriverContext, StoreIdentity } from "../types.ts";
import type { FilesOptions } from "./options.ts";

/** A tree where it lives, and what works on it. */
export interface LiveTree {
  readonly identity: StoreIdentity;
  /** Absolute, without "/" at its end. */
  readonly root: string;
  readonly options: FilesOptions;
  readonly context: DriverContext;
  /** What is read of it comes as a table of its files, for whoever looks into each. */
  readonly listsFiles?: boolean;
}
