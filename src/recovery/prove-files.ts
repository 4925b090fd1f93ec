import { SalvorError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import type { Proof } from "../receipts/proof.ts";
import { KEYS_MAX } from "../receipts/proof-rows.ts";
import type { CollectionSeal, SealedReceipt } from "../receipts/types.ts";
import type { FileComparison } from "../stores/file-comparison.ts";
import type { Amended } from "../stores/types.ts";

/** Files that were compared with those of a snapshot. */
export interface FilesQuestion {
  readonly store: string;
  readonly sealed: SealedReceipt;
  readonly compared: FileComparison;
  /** `merge`: what is newer stays beside what came back, and is no difference. */
  readonly basis: "snapshot" | "merge";
  /** What went back, and what was refused by name. */
  readonly amended: Amended | null;
}

/**
 * The proof of a comparison. The list that the files were compared with must be the sealed one: its rows
 * have the digest of the receipt, or nothing is proven.
 *
 * @throws {SalvorError} BACKUP_DAMAGED when it is another one.
 */
export function proveFiles(question: FilesQuestion): Proof {
  const { store, sealed, compared, basis } = question;
  refuseOtherList(sealed, compared);
  const refused = refusedIn(question);
  const left = (paths: readonly string[]): readonly string[] =>
    paths.filter((path) => !refused.has(path));
  const lists = {
    missing: left(compared.missing),
    changed: left(compared.changed),
    extra: basis === "merge" ? [] : compared.extra,
  };
  const equal = Object.values(lists).every((paths) => paths.length === 0);
  const [expected, actual] = [equal ? compared.actual : compared.expected, compared.actual];
  const isStable = sealed.receipt.consistency !== "smeared";
  return {
    store,
    basis,
    equal,
    level: equal && isStable ? "complete" : equal ? "restorable" : "stored",
    expected: expected.digest,
    actual: actual.digest,
    collections: [collectionOf({ name: compared.collection, expected, actual, lists })],
    schema: { equal: true, missing: [], extra: [], changed: [] },
    origins: originsOf(question, refused.size),
    documents: [],
    references: [],
    rules: [],
  };
}

function refuseOtherList({ receipt }: SealedReceipt, { collection, listed }: FileComparison): void {
  const sealed = receipt.collections[collection];
  if (sealed?.digest === listed.digest && sealed.count === listed.count) return;
  const message = `the list of files of a snapshot of ${receipt.store} is not the one that was sealed`;
  throw new SalvorError("BACKUP_DAMAGED", message, {
    hint: 'Run "salvor verify --level complete" to find a snapshot that proves right.',
  });
}

function refusedIn({ amended }: FilesQuestion): ReadonlySet<unknown> {
  const keys = amended?.collections.flatMap(({ refused }) => refused.map(({ key }) => key)) ?? [];
  return new Set(keys.map(pathIn));
}

function pathIn(key: Json): Json {
  return typeof key === "object" && key !== null && "path" in key ? (key["path"] ?? null) : null;
}

interface Compared {
  readonly name: string;
  readonly expected: CollectionSeal;
  readonly actual: CollectionSeal;
  readonly lists: Readonly<Record<"missing" | "changed" | "extra", readonly string[]>>;
}

function collectionOf({ name, expected, actual, lists }: Compared): Proof["collections"][number] {
  const keys = (paths: readonly string[]): readonly Json[] =>
    paths.slice(0, KEYS_MAX).map((path) => ({ path }));
  const { missing, changed, extra } = lists;
  return {
    name,
    expected,
    actual,
    missing: keys(missing),
    extra: keys(extra),
    changed: keys(changed),
    total: { missing: missing.length, extra: extra.length, changed: changed.length },
    file: null,
    ranges: [],
  };
}

function originsOf({ compared, amended }: FilesQuestion, lost: number): Proof["origins"] {
  const back = amended?.collections.map((each) => each.back) ?? [];
  const restored = amended === null ? compared.actual.count : back.reduce((a, b) => a + b, 0);
  return {
    unchanged: Math.max(0, compared.actual.count - restored),
    repaired: 0,
    restored,
    salvaged: 0,
    newer: compared.extra.length,
    lost,
  };
}
