import type { JobAnswer } from "../../../core/pool.ts";
import { openSource } from "./open-source.ts";
import type { PageSource } from "./page-source.ts";

/** Finds out how a database is cut into pages. */
export function job({ path }: { readonly path: string }): JobAnswer<PageSource> {
  return { output: openSource(path), transfer: [] };
}
