import type { Severity, FindingCategory } from "../../../core/finding.ts";

/** Which declared rule is broken: what a finding about it is called, and how much it hurts. */
export const BREACHES = {
  "sqlite.reference.orphan": ["Rows refer to rows that are not there", "medium", "reference"],
  "sqlite.reference.mismatch": ["A foreign key refers to what is no key", "low", "structure"],
  "sqlite.unique.duplicate": ["Values that must be unique occur more than once", "high", "rule"],
  "sqlite.column.null": ["A column that must have values has none", "medium", "rule"],
  "sqlite.check.failed": ["Rows break a CHECK", "medium", "rule"],
  "sqlite.strict.type": ["Values are not of the column's type", "medium", "rule"],
  "sqlite.rule.unchecked": ["The engine could not check this", "info", "configuration"],
  "sqlite.table.unreadable": ["A table cannot be read", "critical", "corruption"],
} as const satisfies Record<string, readonly [string, Severity, FindingCategory]>;

/** A code of the catalogue above. */
export type BreachCode = keyof typeof BREACHES;

/** One rule that is broken, however often. Plain data. */
export interface Breach {
  readonly code: BreachCode;
  readonly table: string;
  /** Column, or columns as `(a, b)`; null where the rule has none. */
  readonly column: string | null;
  /** Index or name of the constraint. */
  readonly index: string | null;
  readonly description: string;
  /** The first rows, by key, and their values; cut by whoever words it. */
  readonly evidence: string;
}

/** One column as its rules see it. */
export interface RuledColumn {
  readonly name: string;
  /** In upper case. */
  readonly type: string;
  readonly isNotNull: boolean;
}

/** An index that forbids equal members, whether declared as an index or as a constraint. */
export interface UniqueRule {
  readonly index: string;
  /** What is grouped, as SQL with its collation. */
  readonly members: readonly string[];
  /** The members as a person writes them. */
  readonly label: string;
  /** Rows that it holds for, as SQL; null for all. */
  readonly where: string | null;
}

/** A CHECK: what must not be false. */
export interface CheckRule {
  readonly name: string;
  readonly expression: string;
}

/** REFERENCES, of one column or of several. */
export interface ReferenceRule {
  /** The engine's number of it. */
  readonly id: number;
  readonly columns: readonly string[];
  readonly parent: string;
  /** Empty where the declaration leaves them out and the parent has no primary key. */
  readonly parentColumns: readonly string[];
}

/** All rules that a table declares. */
export interface TableRules {
  readonly table: string;
  /** Columns that name a row in what is shown: the primary key's, else the row id's name. */
  readonly key: readonly string[];
  /** False for WITHOUT ROWID. */
  readonly hasRowid: boolean;
  readonly isStrict: boolean;
  readonly columns: readonly RuledColumn[];
  readonly uniques: readonly UniqueRule[];
  readonly checks: readonly CheckRule[];
  readonly references: readonly ReferenceRule[];
}
