import type { Observation } from "../../../core/finding.ts";
import type { Json } from "../../../core/json.ts";
import type { Aggregate } from "../derive/aggregate.ts";
import type { Derivation } from "../derive/expression.ts";
import type { CollectionOptions } from "../options.ts";

/** One collection, ready for a thread. */
export interface CollectionSpec extends CollectionOptions {
  readonly name: string;
  /** What other collections derive from this one. */
  readonly derivations: readonly Derivation[];
  /** Places in `references` of the collections that they lead to. */
  readonly targets: readonly number[];
}

/** A file of a held folder, or a part of one in JSON Lines, and where its bytes lie. */
export interface SurveyFile {
  /** Relative to the store, with "/". */
  readonly name: string;
  /** Its place among all files. */
  readonly number: number;
  /** Its place among the collections. */
  readonly collection: number;
  /** Holds the bytes `[start, start + size)`. */
  readonly path: string;
  readonly start: number;
  readonly size: number;
  /** Where this part begins in the file: bytes and lines before it. */
  readonly before: { readonly bytes: number; readonly lines: number };
  /** Set for a part of a long list of documents; the comma at its end is no part of it. */
  readonly part: ContainerPart | null;
}

/** Where a part of a long list of documents stands in it. */
export interface ContainerPart {
  readonly form: "array" | "keyed";
  /** Of its first document, from 0. */
  readonly index: number;
  /** Characters before it in its first line. */
  readonly column: number;
  readonly isFirst: boolean;
  /** It reaches to the end of the file, or as far as anybody looks. */
  readonly isLast: boolean;
}

/**
 * Files on their way to a thread: columns of numbers and one text, because a thousand objects take
 * longer to get there than to be read.
 */
export interface PackedFiles {
  /** With a zero byte between two: no name has one. */
  readonly names: string;
  /** Where bytes lie: mostly one place for all. */
  readonly paths: readonly string[];
  readonly numbers: Float64Array<ArrayBuffer>;
  /** Set where the one file is a part of a long list. */
  readonly part: ContainerPart | null;
}

/** What is wanted of the documents. */
export interface Wanted {
  /** Faults of the JSON. */
  readonly faults: boolean;
  /** Schemas, states and orders. */
  readonly rules: boolean;
  /** Keys, references, and what could be one. */
  readonly keys: boolean;
  /** What other documents derive, and the documents that do. */
  readonly derived: boolean;
  /** Canonical entries. */
  readonly entries: "exact" | "portable" | null;
  /** What damaged files look like. */
  readonly patterns: boolean;
}

/** Nothing; what is wanted is spread over it. */
export const NOTHING_WANTED: Wanted = {
  faults: false,
  rules: false,
  keys: false,
  derived: false,
  entries: null,
  patterns: false,
};

/** Files that one thread reads at a time. */
export interface SurveyInput {
  readonly collections: readonly CollectionSpec[];
  readonly files: PackedFiles;
  readonly wanted: Wanted;
}

/** What a file has shown that is not in order. */
export interface FileSurvey {
  readonly number: number;
  /** Documents, or rests of the file, that cannot be read. */
  readonly unreadable: number;
  /** Why it is not in order, in one sentence; null when it is. */
  readonly trouble: string | null;
}

/** A document that says what follows from others. */
export interface DerivingDocument {
  readonly collection: number;
  readonly file: string;
  /** Steps from the root of the file. */
  readonly steps: readonly (string | number)[];
  readonly value: Json;
}

/** Packed entries of one sink; `packed-entries.ts` reads them. */
export interface PackedEntries {
  /** Place of the collection. */
  readonly collection: number;
  readonly entries: Uint8Array<ArrayBuffer>;
}

/** What a batch of files has shown. */
export interface SurveyOutput {
  /** Those that are not in order. */
  readonly files: readonly FileSurvey[];
  /** Documents that were read, by collection. */
  readonly documents: readonly number[];
  /** Documents, or rests of files, that could not be, by collection. */
  readonly unreadable: readonly number[];
  readonly observations: readonly Observation[];
  /** Observations that were not kept. */
  readonly more: number;
  /** Canonical entries by collection. */
  readonly entries: readonly PackedEntries[];
  /** Keys and references by the collection whose keys they are; see `keys.ts`. */
  readonly keys: readonly PackedEntries[];
  /** By collection, for each of its derivations. */
  readonly aggregates: readonly (readonly Aggregate[])[];
  readonly deriving: readonly DerivingDocument[];
  /** Documents without an exact common form, by collection: the first reason. */
  readonly unlisted: readonly (string | null)[];
}
