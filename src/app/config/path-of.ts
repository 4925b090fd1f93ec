import type { StoreConfig } from "./types.ts";

/** The path that a store's entry gives; empty where it gives none. */
export function pathOf({ options: { path } }: Pick<StoreConfig, "options">): string {
  return typeof path === "string" ? path : "";
}
