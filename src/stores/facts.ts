/** One file that a store consists of, as it lies there now. */
export interface FileFacts {
  readonly path: string;
  readonly exists: boolean;
  readonly readable: boolean;
  readonly sizeBytes: number | null;
  /** RFC 3339. */
  readonly modifiedAt: string | null;
  /** `sha256:` and 64 hex digits; null when its bytes cannot be read to the end. */
  readonly sha256: string | null;
  /** Its own format is in order, as far as this look goes. */
  readonly valid: boolean;
  /** Why it is not, in one sentence. */
  readonly error: string | null;
}

/** Neighbouring pages (from 1, both inclusive) of one verdict. */
export interface PageRun {
  readonly pages: readonly [from: number, to: number];
  readonly verdict: string;
}
