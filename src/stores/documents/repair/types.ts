/**
 * What is left of a document. `exact`: sound as it is. `repaired`: all its content is there and what
 * was mended is certain. `partial`: sound again, but something is missing or in doubt. `lost`.
 */
export type RepairVerdict = "exact" | "repaired" | "partial" | "lost";

/** What was done in one place. */
export type RepairKind =
  | "bit-flip"
  | "byte-order-mark"
  | "conflict-markers"
  | "control-character"
  | "double-decoding"
  | "encoding"
  | "not-utf8"
  | "repeated-key"
  | "separator"
  | "structure"
  | "tail"
  | "truncation"
  | "zero-bytes";

/** One change to a document. */
export interface RepairEdit {
  readonly kind: RepairKind;
  /** Byte offset in the document as the edits before this one have left it. */
  readonly at: number;
  /** At most 256 bytes of what stood there, as text. */
  readonly removed: string;
  readonly inserted: string;
}

/** Bytes with content that are not in the result; offsets as those of edits. */
export interface DroppedSpan {
  readonly at: number;
  readonly end: number;
  /** At most 256 bytes of it, as text. */
  readonly text: string;
}

/** What became of a document, and everything that was done to it. */
export interface DocumentRepair {
  readonly verdict: RepairVerdict;
  /** Sound JSON in UTF-8; null when the document is lost. */
  readonly bytes: Uint8Array | null;
  readonly edits: readonly RepairEdit[];
  readonly dropped: readonly DroppedSpan[];
  /** Sentences for the proof, in the order of the edits. */
  readonly reasons: readonly string[];
}

/** How far a repair may go. */
export interface RepairOptions {
  /** Text that was decoded twice is turned back where that is certain, in sound documents too. */
  readonly undoDoubleDecoding: boolean;
  /** Of a key that comes twice in an object the last value is kept, in sound documents too. */
  readonly dropRepeatedKeys: boolean;
  /** Bytes; in a larger document no structure is guessed, only cut. */
  readonly guessMax: number;
  /**
   * It is one of several in its file. Damage may have taken the end of it and the beginning of
   * another: nothing behind what cannot be read is joined to what stands before it.
   */
  readonly isRecord: boolean;
}
