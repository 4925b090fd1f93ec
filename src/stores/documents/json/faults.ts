/** Each fault a document can have. `invalid`: by RFC 8259 it is no JSON at all. */
export const JSON_FAULTS = {
  "bad-escape": { invalid: true, text: "a backslash that begins no escape of JSON" },
  "bad-literal": { invalid: true, text: "a word that is not true, false or null" },
  "bad-number": { invalid: true, text: "a number not written as JSON writes numbers" },
  bom: { invalid: true, text: "a byte order mark before the document" },
  "control-character": { invalid: true, text: "a raw control character in a string" },
  "duplicate-key": { invalid: false, text: "a key that its object has already" },
  empty: { invalid: true, text: "no value in the file" },
  "lone-surrogate": { invalid: false, text: "half of a surrogate pair, which is no character" },
  "not-utf8": { invalid: true, text: "bytes that are not UTF-8" },
  "number-precision": { invalid: false, text: "a number that most readers round" },
  "number-range": { invalid: false, text: "a number that is too large for most readers" },
  "second-document": { invalid: true, text: "another document behind the end of the first" },
  "too-deep": { invalid: false, text: "nested deeper than many readers can follow" },
  "trailing-content": { invalid: true, text: "something behind the end of the document" },
  truncated: { invalid: true, text: "the file ends before the document does" },
  "unexpected-byte": { invalid: true, text: "a byte that cannot stand here" },
  "utf-16": { invalid: true, text: "text in UTF-16; JSON is UTF-8" },
  "utf-32": { invalid: true, text: "text in UTF-32; JSON is UTF-8" },
} as const;

/** The name of a fault. */
export type JsonFaultCode = keyof typeof JSON_FAULTS;

/** One fault and its place. */
export interface JsonFault {
  readonly code: JsonFaultCode;
  /** Byte offset from 0. */
  readonly at: number;
  /** From 1. */
  readonly line: number;
  /** From 1, in characters. */
  readonly column: number;
  /** JSON pointer (RFC 6901) of the value or member that was being read. */
  readonly pointer: string;
  /** At most 80 characters around the place, control characters and all. */
  readonly around: string;
  /** The token itself where it is the fault: the number, the key; at most 80 characters. */
  readonly token: string | null;
}
