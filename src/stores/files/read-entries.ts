import type { TreeEntry } from "./entry.ts";
import type { EntryKind } from "./found.ts";
import type { RawPath } from "./raw-path.ts";
import type { KeptContent, TreeBatch } from "./tree-batch.ts";

/** An entry as it was read, with its content. */
export interface ReadEntry {
  readonly entry: TreeEntry;
  /** Null for what is no file. */
  readonly content: KeptContent | null;
}

/**
 * The entries of a batch.
 *
 * @param firstNames first names of files that have several, by inode; of all batches before it.
 */
export function* entriesOf(
  batch: TreeBatch,
  firstNames: Map<string, RawPath>,
): Generator<ReadEntry> {
  const { paths, marks } = batch;
  for (const [row, path] of paths.entries()) {
    const kind = marks.kind(row);
    if (!batch.isKept(row) || kind === "other") continue;
    const isShared = kind === "file" && marks.links(row) > 1;
    const first = isShared ? (firstNames.get(marks.inode(row)) ?? null) : null;
    if (isShared && first === null) firstNames.set(marks.inode(row), path);
    yield entryAt(batch, row, path, kind, first);
  }
}

/** One that was kept; `hardlink` is the first name of the same file. */
export function entryAt(
  batch: TreeBatch,
  row: number,
  path: RawPath,
  kind: EntryKind,
  hardlink: RawPath | null,
): ReadEntry {
  const { marks } = batch;
  const content = batch.content(row);
  const entry = {
    path,
    kind,
    mode: marks.mode(row),
    uid: marks.uid(row),
    gid: marks.gid(row),
    mtimeNs: marks.mtimeNs(row),
    size: content?.size ?? null,
    sha256: content?.sha256 ?? null,
    sparse: kind === "file" && batch.isSparse(row),
    link: batch.link(row),
    hardlink,
  };
  return { entry, content };
}
