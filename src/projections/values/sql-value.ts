/** A value as it stands in a column of the target. */
export type SqlValue = null | number | bigint | string | Uint8Array;

/** Columns of a row, in the order of its table. */
export type SqlRow = readonly SqlValue[];

/** Code of the user's does what a projection must not: the end of a sentence that begins with it. */
export class Misconduct extends Error {
  override readonly name = "Misconduct";
}

/** An event cannot be applied, and why, in one sentence without a full stop. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}
