/** An immutable file of pages, `pageSize * pageCount` bytes. Nobody has it open with an engine. */
export interface PagedFile {
  readonly path: string;
  readonly pageSize: number;
  readonly pageCount: number;
  /** Bytes of the first page that the engine counts in, and that no content depends on. */
  readonly counters?: readonly ByteRange[];
}

/** From the first byte up to the one before the last number, from 0. */
export type ByteRange = readonly [from: number, to: number];
