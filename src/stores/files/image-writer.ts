import { setImmediate as turn } from "node:timers/promises";

import { Bundler, type Bundle } from "./bundles.ts";
import { entryLine, hasContent } from "./entry.ts";
import { FileColumns, type FileTable } from "./file-table.ts";
import type { RawPath } from "./raw-path.ts";
import { entriesOf } from "./read-entries.ts";
import { SpoolWriter } from "./spool.ts";
import type { TreeBatch } from "./tree-batch.ts";

/** How much there is of what. */
export interface EntryCounts {
  readonly files: number;
  readonly folders: number;
  readonly links: number;
  readonly bytes: number;
}

/** What was written of a tree. */
export interface Written {
  readonly bundles: readonly Bundle[];
  readonly counts: EntryCounts;
  /** Null when nobody asked for it. */
  readonly table: FileTable | null;
}

/**
 * Writes the list of entries of batches that were read, and puts their contents into bundles. It
 * pauses after each batch, so that others can be looked at meanwhile.
 *
 * @param path of the list; must not exist.
 */
export async function writeImage(
  batches: readonly TreeBatch[],
  path: string,
  wantsTable: boolean,
): Promise<Written> {
  using lines = new SpoolWriter(path);
  const bundler = new Bundler();
  const counts = { file: 0, folder: 0, link: 0, bytes: 0 };
  const columns = wantsTable ? new FileColumns() : null;
  const firstNames = new Map<string, RawPath>();
  for (const batch of batches) {
    let text = "";
    for (const { entry, content } of entriesOf(batch, firstNames)) {
      text += `${entryLine(entry)}\n`;
      counts[entry.kind] += 1;
      columns?.add(entry, content);
      if (content === null || !hasContent(entry)) continue;
      counts.bytes += content.size;
      bundler.add(entry.path, content);
    }
    lines.write(Buffer.from(text));
    await turn();
  }
  lines.flush();
  const { file: files, folder: folders, link: links, bytes } = counts;
  const table = columns?.finish() ?? null;
  return { bundles: bundler.finish(), counts: { files, folders, links, bytes }, table };
}
