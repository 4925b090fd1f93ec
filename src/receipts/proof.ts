import type { Digest } from "../core/hash.ts";
import type { Json } from "../core/json.ts";
import { compareReceipts, type ReceiptDifferences } from "./compare.ts";
import type { ProofRows, RowLists } from "./proof-rows.ts";
import type { CollectionSeal, Level, Receipt } from "./types.ts";

/** Two receipts compared: equal, or the list of differences. */
export interface Proof {
  readonly store: string;
  readonly basis: "snapshot" | "merge" | "package";
  readonly equal: boolean;
  readonly level: Level;
  /** The digests of the two receipts. */
  readonly expected: Digest;
  readonly actual: Digest;
  readonly collections: readonly ProofCollection[];
  readonly schema: ProofSchema;
  readonly origins: ProofOrigins;
  /** At most 1,000: those that changed first. */
  readonly documents: readonly ProofDocument[];
  /** How many there are, where documents are told one by one. */
  readonly documentsTotal?: number;
  readonly references: readonly ProofReference[];
  readonly rules: readonly { readonly name: string; readonly breaches: number }[];
}

/** What became of one document. */
export interface ProofDocument {
  readonly collection: string;
  readonly key: Json;
  readonly verdict: "unchanged" | "repaired" | "restored" | "lost";
  /** Its file, where it changed. */
  readonly path?: string;
  /** More than the verdict says: `partial`, `derived`. */
  readonly how?: string;
  readonly reasons?: readonly string[];
}

/** One collection of a proof. `missing`: expected but not there; `extra`: there but not expected. */
export interface ProofCollection extends RowLists {
  readonly name: string;
  /** Null when the collection is not there. */
  readonly expected: CollectionSeal | null;
  readonly actual: CollectionSeal | null;
  /** Where rows differ, when only receipts were there to compare and the rows were not. */
  readonly ranges: readonly { readonly after: Json; readonly upTo: Json }[];
}

/** What differs in the catalogue, as `table artist`, `index ifk_albumartistid`, … */
export interface ProofSchema {
  readonly equal: boolean;
  readonly missing: readonly string[];
  readonly extra: readonly string[];
  readonly changed: readonly { readonly element: string; readonly differs: readonly string[] }[];
}

/** Where rows come from; numbers of rows. */
export interface ProofOrigins {
  readonly unchanged: number;
  readonly repaired: number;
  readonly restored: number;
  readonly salvaged: number;
  readonly newer: number;
  readonly lost: number;
}

/** Orphans of one reference; null when it could not be checked, or is declared on one side only. */
export interface ProofReference {
  readonly from: string;
  readonly to: string;
  readonly expected: number | null;
  readonly actual: number | null;
}

/** What a proof is assembled from. */
export interface ProofInput {
  readonly store: string;
  readonly basis: Proof["basis"];
  readonly level: Level;
  readonly expected: Receipt;
  readonly actual: Receipt;
  /** The rows that differ, as far as rows were compared. */
  readonly rows: ProofRows;
  /** Ranges by collection, where rows were not compared. */
  readonly ranges?: ReadonlyMap<string, ProofCollection["ranges"]>;
  readonly origins?: Partial<ProofOrigins>;
  readonly rules?: Proof["rules"];
}

const NO_ORIGINS = { unchanged: 0, repaired: 0, restored: 0, salvaged: 0, newer: 0, lost: 0 };

/** Assembles a proof; equal only when the digests are and no row was found to differ. */
export function proofOf(input: ProofInput): Proof {
  const { expected, actual, rows } = input;
  const differences = compareReceipts(expected, actual);
  return {
    store: input.store,
    basis: input.basis,
    equal: differences.equal && rows.total === 0,
    level: input.level,
    expected: expected.digest,
    actual: actual.digest,
    collections: proofCollections(input),
    schema: proofSchema(differences),
    origins: { ...NO_ORIGINS, ...input.origins },
    documents: [],
    references: proofReferences(differences, expected),
    rules: input.rules ?? [],
  };
}

function proofCollections({ expected, actual, rows, ranges }: ProofInput): ProofCollection[] {
  const [before, after] = [entriesOf(expected), entriesOf(actual)];
  return [...new Set([...before.keys(), ...after.keys()])].sort().map((name) => ({
    name,
    expected: before.get(name) ?? null,
    actual: after.get(name) ?? null,
    ...rows.of(name),
    ranges: ranges?.get(name) ?? [],
  }));
}

function entriesOf({ collections }: Receipt): Map<string, CollectionSeal> {
  return new Map(Object.entries(collections));
}

function proofSchema({ schema }: ReceiptDifferences): ProofSchema {
  const named = (change: string) =>
    schema.filter((each) => each.change === change).map(({ kind, name }) => `${kind} ${name}`);
  return {
    equal: schema.length === 0,
    missing: named("missing"),
    extra: named("extra"),
    changed: schema
      .filter(({ change }) => change === "changed")
      .map(({ kind, name, details }) => ({ element: `${kind} ${name}`, differs: details })),
  };
}

/** Every reference of the expected receipt, and those that only differ by being extra. */
function proofReferences({ references }: ReceiptDifferences, expected: Receipt): ProofReference[] {
  const different = references.map(({ from, to, expected: left, actual: right }) => ({
    from,
    to,
    expected: left ?? null,
    actual: right ?? null,
  }));
  const names = new Set(references.map(({ from, to }) => JSON.stringify([from, to])));
  const same = expected.references
    .filter(({ from, to }) => !names.has(JSON.stringify([from, to])))
    .map(({ from, to, orphans }) => ({ from, to, expected: orphans, actual: orphans }));
  return [...different, ...same];
}
