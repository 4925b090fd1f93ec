/** What a page is by its own bytes. Those of b-trees are SQLite's own numbers. */
export const Kind = {
  unread: 0,
  zero: 1,
  interiorIndex: 2,
  /** No page of a b-tree: overflow, freelist, pointer map, or junk; its place tells which. */
  other: 4,
  interiorTable: 5,
  leafIndex: 10,
  leafTable: 13,
} as const;

/** What is wrong inside a page of a b-tree, by its own bytes; the first that was found. */
export const Flaw = {
  none: 0,
  cellCount: 1,
  contentStart: 2,
  cellPointer: 3,
  cellEnd: 4,
  payloadLength: 5,
  overlap: 6,
  fragments: 7,
  freeblock: 8,
  rowidOrder: 9,
  record: 10,
  /** Whole sectors of 512 bytes are zero where cells must be. */
  zeroSector: 11,
  /** Whole sectors hold what looks like noise, and others do not. */
  noiseSector: 12,
} as const;

/** Each flaw in words; `at` is the cell, or the byte, that it was found at. */
export const FLAW_WORDS: Readonly<Record<number, (at: number) => string>> = {
  [Flaw.cellCount]: (at) => `claims ${at} cells, which do not fit`,
  [Flaw.contentStart]: (at) => `claims that its cells begin at byte ${at}`,
  [Flaw.cellPointer]: (at) => `has cell ${at} at a place where none can be`,
  [Flaw.cellEnd]: (at) => `has cell ${at} reaching beyond its end`,
  [Flaw.payloadLength]: (at) => `has cell ${at} claiming more bytes than the file has`,
  [Flaw.overlap]: (at) => `has cells that lie on one another, near byte ${at}`,
  [Flaw.fragments]: (at) => `has ${at} bytes that belong to no cell and no free block`,
  [Flaw.freeblock]: (at) => `has a broken list of free blocks at byte ${at}`,
  [Flaw.rowidOrder]: (at) => `has row ids that do not ascend at cell ${at}`,
  [Flaw.record]: (at) => `has cell ${at} whose record header is impossible`,
  [Flaw.zeroSector]: (at) => `has zeros from byte ${at} on, where a sector of cells must be`,
  [Flaw.noiseSector]: (at) => `has noise from byte ${at} on, a sector long or longer`,
};

/** Classes of stored values, one bit each, five bits a column. */
export const CLASS_BITS = 5;
/** Columns whose classes one word of 32 bits holds. */
export const COLUMNS_A_WORD = 6;
/** Columns whose classes are kept: the first ones. */
export const CLASSED_COLUMNS = 2 * COLUMNS_A_WORD;
export const NULL_CLASS = 0;
export const INTEGER_CLASS = 1;
export const REAL_CLASS = 2;
export const TEXT_CLASS = 3;
export const BLOB_CLASS = 4;

/** A page of a b-tree of tables, leaf or interior. */
export function isTableKind(kind: number): boolean {
  return kind === Kind.leafTable || kind === Kind.interiorTable;
}

/** A page of a b-tree of index entries, or of a table WITHOUT ROWID. */
export function isIndexKind(kind: number): boolean {
  return kind === Kind.leafIndex || kind === Kind.interiorIndex;
}

/** Ends a tree downwards. */
export function isLeafKind(kind: number): boolean {
  return kind === Kind.leafTable || kind === Kind.leafIndex;
}

/** The flaw is that a part of the page is not what was written with the rest. */
export function isTorn(flaw: number): boolean {
  return flaw === Flaw.zeroSector || flaw === Flaw.noiseSector;
}
