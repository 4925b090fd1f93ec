import type { JobAnswer } from "../../core/pool.ts";
import type { Bundle } from "./bundles.ts";
import { tableEntries, type FileTable } from "./file-table.ts";
import { EntryList } from "./image-writer.ts";

/** The files of a tree that was read, and where the list of its entries goes. */
export interface ListInput {
  readonly table: FileTable;
  /** Must not exist. */
  readonly entries: string;
}

/** Writes the list of entries of a tree, and puts its contents into bundles. */
export function job({ table, entries }: ListInput): JobAnswer<readonly Bundle[]> {
  using list = new EntryList(entries);
  for (const read of tableEntries(table)) list.add(read);
  return { output: list.finish().bundles, transfer: [] };
}
