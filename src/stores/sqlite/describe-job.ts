import type { JobAnswer } from "../../core/pool.ts";
import type { Description } from "./description.ts";
import { openTables } from "./format/open-tables.ts";

/** The image whose catalogue is read. */
export interface DescribeInput {
  /** A settled database file. */
  readonly path: string;
}

/** Reads the catalogue of an image. */
export function job({ path }: DescribeInput): JobAnswer<Description> {
  using reader = openTables(path);
  const { header, elements, tables } = reader;
  return { output: { header, elements, tables }, transfer: [] };
}
