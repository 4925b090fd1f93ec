import type { Observation } from "../core/finding.ts";
import type { Json } from "../core/json.ts";
import { keyText } from "../core/text.ts";
import type { Proof, ProofDocument } from "../receipts/proof.ts";
import { KEYS_MAX } from "../receipts/proof-rows.ts";
import type { Receipt, SealedReceipt } from "../receipts/types.ts";
import type { Mended, MendVerdict } from "../stores/mended.ts";
import type { Image } from "../stores/types.ts";
import { isRemark } from "./prove-store.ts";

/** A live store whose documents were mended. */
export interface MendedQuestion {
  readonly store: string;
  /** As it was before; null when no backup of that could be made. */
  readonly before: Receipt | null;
  /**
   * What a look at the live store says after the work: of every file that is not as it was then, and
   * not as the work has made it, whether it is still to be changed or newer.
   */
  readonly mended: Mended;
  readonly live: Image;
}

/** A proof, and why it does not hold. */
export interface MendedProof {
  readonly proof: Proof;
  readonly actual: SealedReceipt;
  readonly complaints: readonly string[];
}

/**
 * Proves that every document is as it was before, or as the work has made it, or newer than that; and
 * that what is read now is sound, but for what was declared as lost.
 */
export async function proveMended(
  question: MendedQuestion,
  signal: AbortSignal,
): Promise<MendedProof> {
  const { live, mended } = question;
  const [actual, seen] = await Promise.all([
    live.seal({ portable: false }, signal),
    Array.fromAsync(live.check(signal)),
  ]);
  const declared = new Set(mended.losses.map(({ path }) => path));
  const complaints = seen
    .filter((each) => !isRemark(each) && !isDeclared(each, declared))
    .map(({ description }) => description);
  const documents = await documentsOf(question, signal);
  return { proof: proofOf(question, actual.receipt, documents, complaints), actual, complaints };
}

function isDeclared({ location }: Observation, paths: ReadonlySet<string>): boolean {
  return location.file !== undefined && paths.has(location.file);
}

function proofOf(
  { store, before, mended: { total, pending, newer } }: MendedQuestion,
  actual: Receipt,
  documents: readonly ProofDocument[],
  complaints: readonly string[],
): Proof {
  const isSound = complaints.length === 0;
  const equal = pending === 0 && isSound;
  const isStable = actual.consistency !== "smeared";
  const expected = before?.collections ?? {};
  const names = new Set([...Object.keys(expected), ...Object.keys(actual.collections)]);
  const { unchanged, repaired, restored, partial, derived, lost } = total;
  const mended = repaired + partial + derived;
  return {
    store,
    basis: "merge",
    equal,
    level: isSound ? (equal && isStable ? "complete" : "restorable") : "stored",
    // What is expected is what was there, mended: that has no receipt but this one.
    expected: equal ? actual.digest : (before?.digest ?? actual.digest),
    actual: actual.digest,
    collections: [...names].toSorted().map((name) => {
      const now = actual.collections[name] ?? null;
      const then = expected[name] ?? null;
      return { name, expected: equal ? now : then, actual: now, ...NO_ROWS, ranges: [] };
    }),
    schema: { equal: true, missing: [], extra: [], changed: [] },
    origins: { unchanged, repaired: mended, restored, salvaged: 0, newer, lost },
    documents,
    documentsTotal: unchanged + mended + restored + lost,
    references: actual.references.map(({ from, to, orphans }) => ({
      from,
      to,
      expected: orphans,
      actual: orphans,
    })),
    rules: [],
  };
}

const NO_ROWS = {
  missing: [],
  extra: [],
  changed: [],
  total: { missing: 0, extra: 0, changed: 0 },
  file: null,
};

const VERDICTS: Readonly<Record<MendVerdict, ProofDocument["verdict"]>> = {
  repaired: "repaired",
  partial: "repaired",
  derived: "repaired",
  restored: "restored",
  lost: "lost",
};

/** What became of each document: those that were mended or lost first, then as many others as fit. */
async function documentsOf(
  { mended, live }: MendedQuestion,
  signal: AbortSignal,
): Promise<readonly ProofDocument[]> {
  const told = mended.documents
    .slice(0, KEYS_MAX)
    .map(({ collection, key, path, verdict, reasons }): ProofDocument => ({
      collection,
      key,
      path,
      verdict: VERDICTS[verdict],
      how: verdict,
      reasons,
    }));
  const known = new Set(told.map(({ collection, key }) => nameOf(collection, key)));
  const others: ProofDocument[] = [];
  for (const { name, internal } of await live.collections(signal)) {
    if (internal) continue;
    for await (const { key } of live.rows(name, { after: null, upTo: null }, signal)) {
      if (told.length + others.length >= KEYS_MAX) return [...told, ...others];
      const shown = live.showKey(name, key);
      if (known.has(nameOf(name, shown))) continue;
      others.push({ collection: name, key: shown, verdict: "unchanged" });
    }
  }
  return [...told, ...others];
}

function nameOf(collection: string, key: Json): string {
  return `${collection} ${keyText(key)}`;
}
