/** A piece of a file of records. Between pieces lies nothing but white space and separators. */
export interface JsonPiece {
  /**
   * `record`: one value, sound by RFC 8259 and in its place. `damaged`: what lies where one or more
   * records were. `stray`: no record and no part of the form, such as a tail behind the end. `cut`:
   * the file ends before the form does; without bytes, the last piece.
   */
  readonly kind: "record" | "damaged" | "stray" | "cut";
  /** Which record it is, from 0, damaged ones counted as one each; null for `stray` and `cut`. */
  readonly index: number | null;
  /** In an object the record's key, null when it cannot be read. */
  readonly key: string | null;
  /** Where the record begins with its key; the same as `at` outside of objects. */
  readonly from: number;
  /** Byte offsets in the file, `end` exclusive; of a record in an object: of its value. */
  readonly at: number;
  readonly end: number;
  /** The line of `at`, from 1. */
  readonly line: number;
  /** The bytes of `[at, end)`; belong to whoever takes them. */
  readonly bytes: Uint8Array;
}

/** How records are looked for. */
export interface RecordLimits {
  /** Bytes; a longer record counts as damaged and comes in pieces. */
  readonly recordMax: number;
  /** Behind damage only what leads to the end of the file counts: no likeness, no guess. */
  readonly certainOnly: boolean;
}
