import type { Inspection } from "./types.ts";

/** An inspection that has shown nothing: what a look adds is spread over it. */
export const emptyInspection: Inspection = {
  observations: [],
  complete: true,
  checked: 0,
  files: [],
  collections: null,
  properties: {},
  pages: {},
  pageMap: [],
};
