import type { JsonObject } from "../../core/json.ts";
import type { ProjectionConfig } from "../../projections/types.ts";
import type { Retention } from "../../repository/types.ts";
import type { LogLevel } from "../log.ts";

/** A salvor.yaml, checked, with variables expanded and every path absolute. */
export interface Config {
  /** Absolute path of the file. */
  readonly file: string;
  readonly system: string;
  /** Folder of Salvor's own state. */
  readonly state: string;
  readonly repository: RepositoryConfig;
  /** Null when nobody said how long to keep snapshots: then all are kept. */
  readonly retention: Retention | null;
  readonly log: LogConfig;
  /** In the order of the file. */
  readonly stores: readonly StoreConfig[];
  /** In the order of the file. */
  readonly projections: readonly ProjectionConfig[];
}

/** Where backups live, and whether they are encrypted. */
export interface RepositoryConfig {
  readonly path: string;
  /** Null: backups are stored plain. */
  readonly encryption: PassphraseSource | null;
}

/** Where a passphrase comes from; never the passphrase itself. */
export type PassphraseSource =
  | { readonly passphraseEnv: string }
  | { readonly passphraseFile: string };

/** Where diagnostics go beside standard error. */
export interface LogConfig {
  readonly level: LogLevel;
  /** Null: diagnostics go to standard error only. */
  readonly file: string | null;
  /** A file that has grown past this many bytes is put aside. */
  readonly rotateBytes: number;
  /** How many files that were put aside stay. */
  readonly keep: number;
}

/** One thing that is protected. */
export interface StoreConfig {
  readonly name: string;
  readonly driver: string;
  /** What the driver's own schema made of its keys. */
  readonly options: JsonObject;
  /** Raises the level of its failures by one. */
  readonly critical: boolean;
  /** By collection; `*` for those that are not named. */
  readonly expect: Readonly<Record<string, Expectation>>;
  /** File with the keys of rows that never come back. */
  readonly forget: string | null;
  /** Files with the owner's queries. */
  readonly rules: readonly string[];
  /** Columns whose values are masked, as `table.column`. */
  readonly sensitive: readonly string[];
  /** Logical types by `collection.column`, where the declared ones do not tell. */
  readonly types: Readonly<Record<string, string>>;
}

/** What the owner takes for granted about a collection; a breach is a finding. */
export interface Expectation {
  /** Part of its rows that may go between two snapshots, 0 to 1. */
  readonly shrinkMax?: number | undefined;
  /** Rows never change or go. */
  readonly appendOnly?: boolean | undefined;
  /** It must exist. */
  readonly present?: boolean | undefined;
}
