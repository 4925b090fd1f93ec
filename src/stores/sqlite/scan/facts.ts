/**
 * What each page says of itself, column by column; the place in each array is the page's number.
 * About 40 bytes a page, in memory that threads share: each writes the pages of its own range.
 */
export interface PageFacts {
  readonly pageCount: number;
  readonly kind: Uint8Array;
  readonly flaw: Uint8Array;
  /** The cell, or the byte, of the flaw. */
  readonly flawAt: Uint16Array;
  readonly cells: Uint16Array;
  /**
   * Cells with text that is none in the database's encoding; 255 means "or more". Of a page of no
   * b-tree: 1 where it could not be the middle of a long text in UTF-8.
   */
  readonly badTexts: Uint8Array;
  /** The first of those cells. */
  readonly badTextAt: Uint16Array;
  /** The first four bytes: in an overflow page or a freelist trunk, the next one. */
  readonly next: Uint32Array;
  /** Fewest and most columns of a record; both 0 when no record could be read. */
  readonly columnsMin: Uint16Array;
  readonly columnsMax: Uint16Array;
  /** Two words a page: which classes of values the first columns have. */
  readonly classes: Uint32Array;
  /** Row ids of the first and the last cell of a table's page. */
  readonly firstRowid: BigInt64Array;
  readonly lastRowid: BigInt64Array;
}

const BYTES_A_PAGE = 8 + 8 + 8 + 4 + 5 * 2 + 3;

/** Memory for the facts of so many pages. */
export function allocateFacts(pageCount: number): SharedArrayBuffer {
  return new SharedArrayBuffer((pageCount + 1) * BYTES_A_PAGE + 8);
}

/** The columns in that memory. The widest come first, so that each is aligned. */
export function factsIn(memory: SharedArrayBuffer, pageCount: number): PageFacts {
  const places = pageCount + 1;
  let at = 0;
  const take = (bytes: number): number => {
    const start = at;
    at += bytes * places;
    return start;
  };
  return {
    pageCount,
    firstRowid: new BigInt64Array(memory, take(8), places),
    lastRowid: new BigInt64Array(memory, take(8), places),
    classes: new Uint32Array(memory, take(8), 2 * places),
    next: new Uint32Array(memory, take(4), places),
    flawAt: new Uint16Array(memory, take(2), places),
    cells: new Uint16Array(memory, take(2), places),
    badTextAt: new Uint16Array(memory, take(2), places),
    columnsMin: new Uint16Array(memory, take(2), places),
    columnsMax: new Uint16Array(memory, take(2), places),
    kind: new Uint8Array(memory, take(1), places),
    flaw: new Uint8Array(memory, take(1), places),
    badTexts: new Uint8Array(memory, take(1), places),
  };
}
