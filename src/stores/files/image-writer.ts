import { setImmediate as turn } from "node:timers/promises";

import { Bundler, type Bundle } from "./bundles.ts";
import { entryLine, hasContent, type EntryCounts } from "./entry.ts";
import { FileColumns, type FileTable } from "./file-table.ts";
import type { RawPath } from "./raw-path.ts";
import { entriesOf, type ReadEntry } from "./read-entries.ts";
import { SpoolWriter } from "./spool.ts";
import type { TreeBatch } from "./tree-batch.ts";

/** What was written of a tree. */
export interface Written {
  /** Null where the list of entries has to be made of the table, when somebody wants it. */
  readonly bundles: readonly Bundle[] | null;
  readonly counts: EntryCounts;
  /** Null where the list of entries was written. */
  readonly table: FileTable | null;
}

/**
 * Writes the list of entries of batches that were read, and puts their contents into bundles. It
 * pauses after each batch, so that others can be looked at meanwhile.
 *
 * @param path of the list; must not exist.
 */
export async function writeImage(batches: readonly TreeBatch[], path: string): Promise<Written> {
  using list = new EntryList(path);
  const firstNames = new Map<string, RawPath>();
  for (const batch of batches) {
    for (const read of entriesOf(batch, firstNames)) list.add(read);
    await turn();
  }
  return { ...list.finish(), table: null };
}

/** Makes the table of batches that were read; it pauses, too. */
export async function writeTable(batches: readonly TreeBatch[]): Promise<Written> {
  const columns = new FileColumns(batches.reduce((sum, { rows }) => sum + rows, 0));
  for (const batch of batches) {
    columns.add(batch);
    await turn();
  }
  return { ...columns.finish(), bundles: null };
}

/** Characters of lines that are written at a time. */
const TEXT_MAX = 256 << 10;

/** A list of entries that is written, and the bundles of their contents. */
export class EntryList implements Disposable {
  readonly #lines: SpoolWriter;
  readonly #bundler = new Bundler();
  readonly #counts = { file: 0, folder: 0, link: 0, bytes: 0 };
  #text = "";

  /** @param path must not exist. */
  constructor(path: string) {
    this.#lines = new SpoolWriter(path);
  }

  add({ entry, content }: ReadEntry): void {
    this.#text += `${entryLine(entry)}\n`;
    if (this.#text.length > TEXT_MAX) this.#write();
    this.#counts[entry.kind] += 1;
    if (content === null || !hasContent(entry)) return;
    this.#counts.bytes += content.size;
    this.#bundler.add(entry.path, content);
  }

  finish(): { readonly bundles: readonly Bundle[]; readonly counts: EntryCounts } {
    this.#write();
    this.#lines.flush();
    const { file: files, folder: folders, link: links, bytes } = this.#counts;
    return { bundles: this.#bundler.finish(), counts: { files, folders, links, bytes } };
  }

  [Symbol.dispose](): void {
    this.#lines[Symbol.dispose]();
  }

  #write(): void {
    this.#lines.write(Buffer.from(this.#text));
    this.#text = "";
  }
}
