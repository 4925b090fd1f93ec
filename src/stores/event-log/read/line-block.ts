import type { ChainOptions, ChecksumOptions } from "../options.ts";
import type { LineForm } from "./line-form.ts";

/** What the thread that reads has found of a line. */
export const VERDICT = { whole: 0, notUtf8: 1, unsealed: 2, altered: 3, tooLong: 4 } as const;

/** Which piece of a segment is read, and how its lines are checked. */
export interface LinesRequest {
  readonly path: string;
  /** Bytes of the segment, uncompressed: from here, up to there or to its end. */
  readonly from: number;
  readonly to: number | null;
  readonly lineBytesMax: number;
  /** Null where it is not over the line's head. */
  readonly checksum: Pick<ChecksumOptions, "field" | "algorithm"> | null;
  /** Members of a line that are wanted; null where only its bytes are, and no form is looked for. */
  readonly members: readonly string[] | null;
  /** What each line gives to the next one; null where the line's bytes do not tell. */
  readonly links: LinkOptions | null;
}

/** Digests of lines, or of their heads. */
export interface LinkOptions {
  readonly algorithm: ChainOptions["algorithm"];
  readonly over: "line" | "head";
}

/** Some neighbouring lines of a segment, whole. */
export interface LineBlock {
  readonly buffer: ArrayBuffer;
  /** Where its first byte stands in the segment. */
  readonly offset: number;
  readonly count: number;
  /** By line: where it ends in the buffer, before its line feed. The next one begins after that. */
  readonly ends: Uint32Array;
  readonly verdicts: Uint8Array;
  /** All bytes of it are ASCII: a character is a byte. */
  readonly isAscii: boolean;
  /** By line: the number of its form, from 1; 0 for those that must be parsed. */
  readonly forms: Uint8Array;
  /** Where the values of lines that have a form begin and end, one line after the other. */
  readonly holes: Uint32Array;
  /** Forms that were learned since the block before; they are numbered as they come. */
  readonly learned: readonly LineForm[];
  /** The last line has its line feed. */
  readonly isEnded: boolean;
  /** Bytes of the last line that are not in the buffer, because it is too long. */
  readonly skipped: number;
  /** By line: digits of its digest, one after the other. */
  readonly links: string | null;
}

/** What goes to the thread that reads. */
export type LinesOrder =
  | { readonly kind: "read"; readonly request: LinesRequest }
  | { readonly kind: "buffer"; readonly buffer: ArrayBuffer };

/** What comes from it. */
export type LinesReply =
  | { readonly kind: "block"; readonly block: LineBlock }
  | { readonly kind: "end"; readonly trouble: string | null }
  | {
      readonly kind: "failed";
      readonly code: string;
      readonly message: string;
      readonly hint: string;
    };
