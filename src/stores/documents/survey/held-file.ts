import type { RawPath } from "../../files/raw-path.ts";

/** A file of a store that is held still, and where its bytes lie. */
export interface HeldFile {
  /** Relative to the store, with "/". */
  readonly name: string;
  /** Its bytes, which need not be text. */
  readonly raw: RawPath;
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly modifiedMs: number;
  /** 64 hex digits. */
  readonly sha256: string;
  /** The file that holds its bytes, from `start` on. */
  readonly path: string;
  readonly start: number;
}
