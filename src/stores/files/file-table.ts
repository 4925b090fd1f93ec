import type { EntryCounts, TreeEntry } from "./entry.ts";
import type { RawPath } from "./raw-path.ts";
import { entryAt, type ReadEntry } from "./read-entries.ts";
import type { ContentColumns, KeptContent, TreeBatch } from "./tree-batch.ts";

/** The files of a tree, and where their bytes lie: columns, which cross to another process at once. */
export interface FileTable extends ContentColumns {
  /** With a zero byte between two. */
  readonly paths: RawPath;
  /** Nanoseconds since 1970, where 64 bits are enough. */
  readonly times: BigInt64Array;
  /** Where they are not. */
  readonly farTimes: readonly (readonly [row: number, ns: bigint])[];
  /** Mode, owner and group: three numbers each. */
  readonly rights: Uint32Array;
  /** 1 for those that have holes. */
  readonly sparse: Uint8Array;
  /** Rows of files that have been there before under another name. */
  readonly hardlinks: readonly (readonly [row: number, first: number])[];
  /** Everything but files, and how many files come before it. */
  readonly rest: readonly (readonly [row: number, entry: TreeEntry])[];
}

const DIGEST_BYTES = 32;

/** Collects the files of a tree that was read. */
export class FileColumns {
  readonly #paths: RawPath[] = [];
  readonly #rest: [row: number, entry: TreeEntry][] = [];
  readonly #hardlinks: [row: number, first: number][] = [];
  readonly #farTimes: [row: number, ns: bigint][] = [];
  readonly #firstRows = new Map<string, number>();
  readonly #times: BigInt64Array;
  readonly #rights: Uint32Array;
  readonly #sparse: Uint8Array;
  readonly #content: ContentColumns;
  #bytes = 0;

  /** @param rows that there are at most. */
  constructor(rows: number) {
    this.#times = new BigInt64Array(rows);
    this.#rights = new Uint32Array(rows * 3);
    this.#sparse = new Uint8Array(rows);
    this.#content = {
      sizes: new Float64Array(rows),
      offsets: new Float64Array(rows),
      digests: Buffer.alloc(rows * DIGEST_BYTES),
    };
  }

  /** Takes what was kept of a batch; batches come in order. */
  add(batch: TreeBatch): void {
    for (const [row, path] of batch.paths.entries()) {
      const kind = batch.marks.kind(row);
      if (!batch.isKept(row) || kind === "other") continue;
      if (kind === "file") this.#addFile(batch, row, path);
      else this.#rest.push([this.#paths.length, entryAt(batch, row, path, kind, null).entry]);
    }
  }

  finish(): { readonly table: FileTable; readonly counts: EntryCounts } {
    const files = this.#paths.length;
    const folders = this.#rest.filter(([, { kind }]) => kind === "folder").length;
    const { sizes, offsets, digests } = this.#content;
    const table = {
      paths: this.#paths.join("\0"),
      sizes: sizes.subarray(0, files),
      offsets: offsets.subarray(0, files),
      digests: digests.subarray(0, files * DIGEST_BYTES),
      times: this.#times.subarray(0, files),
      farTimes: this.#farTimes,
      rights: this.#rights.subarray(0, files * 3),
      sparse: this.#sparse.subarray(0, files),
      hardlinks: this.#hardlinks,
      rest: this.#rest,
    };
    const links = this.#rest.length - folders;
    return { table, counts: { files, folders, links, bytes: this.#bytes } };
  }

  #addFile(batch: TreeBatch, row: number, path: RawPath): void {
    const { marks } = batch;
    const at = this.#paths.length;
    this.#paths.push(path);
    const time = marks.mtimeNs(row);
    this.#times[at] = time;
    if (this.#times[at] !== time) this.#farTimes.push([at, time]);
    this.#rights[at * 3] = marks.mode(row);
    this.#rights[at * 3 + 1] = marks.uid(row);
    this.#rights[at * 3 + 2] = marks.gid(row);
    if (batch.isSparse(row)) this.#sparse[at] = 1;
    batch.copyContent(row, this.#content, at);
    const first = marks.links(row) > 1 ? this.#firstRow(marks.inode(row), at) : at;
    if (first === at) this.#bytes += this.#content.sizes[at] ?? 0;
    else this.#hardlinks.push([at, first]);
  }

  #firstRow(inode: string, at: number): number {
    const first = this.#firstRows.get(inode) ?? at;
    if (first === at) this.#firstRows.set(inode, at);
    return first;
  }
}

/** The entries of a table, in the order of the tree. */
export function* tableEntries(table: FileTable): Generator<ReadEntry> {
  const paths = pathsOf(table);
  const digestAt = digestsOf(table);
  const timeAt = timesOf(table);
  const firsts = new Map(table.hardlinks);
  let rest = 0;
  for (let row = 0; row <= paths.length; row += 1) {
    for (let next = table.rest[rest]; next?.[0] === row; next = table.rest[rest]) {
      yield { entry: next[1], content: null };
      rest += 1;
    }
    const path = paths[row];
    if (path === undefined) return;
    const hardlink = paths[firsts.get(row) ?? -1] ?? null;
    const { size, offset } = contentAt(table, row);
    const facts = { ...rightsAt(table, row), mtimeNs: timeAt(row) };
    const content = { size, offset, sha256: digestAt(row) };
    const names = { path, kind: "file" as const, link: null, hardlink };
    yield { entry: { ...names, ...facts, size, sha256: content.sha256 }, content };
  }
}

/** The paths of a table's files. */
export function pathsOf({ paths, sizes }: FileTable): readonly RawPath[] {
  return sizes.length === 0 ? [] : paths.split("\0");
}

/** Tells the digests of a table's files, as 64 hex digits. */
export function digestsOf({ digests }: FileTable): (row: number) => string {
  const { buffer, byteOffset, byteLength } = digests;
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  return (row) => bytes.toString("hex", row * DIGEST_BYTES, (row + 1) * DIGEST_BYTES);
}

/** Tells the times of change of a table's files, in nanoseconds since 1970. */
export function timesOf({ times, farTimes }: FileTable): (row: number) => bigint {
  const far = new Map(farTimes);
  if (far.size === 0) return (row) => times[row] ?? 0n;
  return (row) => far.get(row) ?? times[row] ?? 0n;
}

function contentAt({ sizes, offsets }: FileTable, row: number): Omit<KeptContent, "sha256"> {
  const offset = offsets[row] ?? -1;
  return { size: sizes[row] ?? 0, offset: offset < 0 ? null : offset };
}

function rightsAt(
  { rights, sparse }: FileTable,
  row: number,
): Pick<TreeEntry, "mode" | "uid" | "gid" | "sparse"> {
  const [mode = 0, uid = 0, gid = 0] = rights.subarray(row * 3, row * 3 + 3);
  return { mode, uid, gid, sparse: sparse[row] === 1 };
}
