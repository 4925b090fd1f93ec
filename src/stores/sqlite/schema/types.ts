/** One row of sqlite_schema. Names and SQL are decoded text; `sql` is null for automatic indexes. */
export interface SchemaRow {
  readonly type: string;
  readonly name: string;
  readonly table: string;
  readonly rootPage: number;
  readonly sql: string | null;
}

/** What SQLite makes of a declared type; `any` is the ANY of a STRICT table: nothing is converted. */
export type Affinity = "text" | "numeric" | "integer" | "real" | "blob" | "any";

/** One column as its table declares it. Expressions are normalised token text. */
export interface ColumnDefinition {
  readonly name: string;
  /** As declared, white space normalised; empty when none is. */
  readonly type: string;
  readonly affinity: Affinity;
  readonly notNull: boolean;
  /** What NOT NULL does when it is broken; null for ABORT, as in all other conflicts here. */
  readonly notNullConflict: string | null;
  readonly default: string | null;
  /** In upper case; BINARY where none is declared. */
  readonly collation: string;
  readonly generated: { readonly kind: "stored" | "virtual"; readonly expression: string } | null;
}

/** One member of a key or an index. `column` is null for an expression. */
export interface IndexedColumn {
  readonly column: string | null;
  readonly expression: string | null;
  /** Null: that of the column. */
  readonly collation: string | null;
  readonly descending: boolean;
}

/** PRIMARY KEY or UNIQUE. */
export interface KeyConstraint {
  readonly columns: readonly IndexedColumn[];
  readonly conflict: string | null;
}

/** REFERENCES, of one column or of several. Names as written. */
export interface ForeignKeyDefinition {
  readonly columns: readonly string[];
  readonly parent: string;
  /** Empty when the parent's primary key is meant. */
  readonly parentColumns: readonly string[];
  /** `NO ACTION`, `CASCADE`, `SET NULL`, `SET DEFAULT` or `RESTRICT`. */
  readonly onDelete: string;
  readonly onUpdate: string;
  readonly match: string;
  /** Checked at COMMIT and not at each statement. */
  readonly deferred: boolean;
}

/** What a CREATE TABLE says. */
export interface TableDefinition {
  readonly name: string;
  readonly columns: readonly ColumnDefinition[];
  readonly primaryKey: KeyConstraint | null;
  /** Position in `columns` of the column that is the row id, or null. */
  readonly rowidAlias: number | null;
  readonly autoincrement: boolean;
  readonly unique: readonly KeyConstraint[];
  readonly checks: readonly string[];
  readonly foreignKeys: readonly ForeignKeyDefinition[];
  readonly withoutRowid: boolean;
  readonly strict: boolean;
}

/** What a CREATE INDEX says. */
export interface IndexDefinition {
  readonly name: string;
  readonly table: string;
  readonly unique: boolean;
  readonly columns: readonly IndexedColumn[];
  /** The WHERE of a partial index. */
  readonly where: string | null;
}
