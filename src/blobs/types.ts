/**
 * Where a repository's files live: named, immutable byte strings. Names are relative paths with "/"
 * and the letters `a-z 0-9 . _ -`. Nothing with a name is ever half-written.
 */
export interface Blobs extends AsyncDisposable {
  /** For people: the folder, or the bucket. */
  readonly address: string;
  /** False when it is known that nothing can be written (read-only media). */
  readonly writable: boolean;
  /** Bytes `[offset, offset + length)`; the rest of the blob without a length. BLOB_MISSING when none. */
  read(name: string, range: BlobRange | null, signal: AbortSignal): Promise<Buffer>;
  /** Size in bytes, or null when no blob has that name. */
  size(name: string, signal: AbortSignal): Promise<number | null>;
  /** Everything whose name begins with `prefix` (a folder, ending in "/"), in the order of names. */
  list(prefix: string, signal: AbortSignal): AsyncIterable<BlobEntry>;
  /** A blob in the making; nameless until its commit. */
  draft(signal: AbortSignal): Promise<BlobDraft>;
  /** Moves a blob to another name, durably. */
  rename(from: string, to: string, signal: AbortSignal): Promise<void>;
  /** Removes blobs, durably; no error for those that are gone already. */
  remove(names: readonly string[], signal: AbortSignal): Promise<void>;
  /** Drafts that dead processes left behind are removed. Only the holder of the writer's lock asks. */
  clean(signal: AbortSignal): Promise<void>;
  /**
   * Holds a lock until disposed or until its process is gone. `exclusive` keeps out everybody,
   * `shared` keeps out the exclusive only. REPOSITORY_BUSY names the holder.
   */
  lock(name: string, mode: "shared" | "exclusive", signal: AbortSignal): Promise<AsyncDisposable>;
}

/** Bytes of a blob: `length` of them from `offset` on. */
export interface BlobRange {
  readonly offset: number;
  readonly length: number;
}

/** A blob as a list shows it; `size` in bytes, `modifiedMs` since the epoch. */
export interface BlobEntry {
  readonly name: string;
  readonly size: number;
  readonly modifiedMs: number;
}

/** A blob in the making. Disposed without a commit it leaves nothing. */
export interface BlobDraft extends AsyncDisposable {
  append(bytes: Uint8Array): Promise<void>;
  /** Content and name reach the disk before this returns. An equal name is replaced by equal bytes. */
  commit(name: string): Promise<void>;
}
