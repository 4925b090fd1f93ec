/** Who else may touch a store while it is captured. */
export interface CaptureOptions {
  /** Nobody does, and Salvor may settle it where it is. */
  readonly exclusive: boolean;
  /** Nobody does, and not a byte of it may change. */
  readonly frozen?: boolean;
  /**
   * For a salvage: files that cannot be read are left out, and named by `Image.unread`. Without the
   * capability `files` they end it as ever.
   */
  readonly readable?: boolean;
}

/** Files that are not in an image because they cannot be read. */
export interface UnreadFiles {
  /** At most 1,000, each with the code of the operating system; `raw` has a character for each byte. */
  readonly entries: readonly UnreadFile[];
  readonly total: number;
}

/** The code of a file whose last line is half a line, and is not in the image. */
export const TORN = "TORN";

/** One of them. */
export interface UnreadFile {
  readonly raw: string;
  readonly path: string;
  readonly code: string;
}
