import type { Observation } from "../core/finding.ts";
import type { Json } from "../core/json.ts";
import { counted, keyText } from "../core/text.ts";
import { compareReceipts } from "../receipts/compare.ts";
import { differingRanges, type DifferingRange } from "../receipts/ranges.ts";
import { expectationOf, type Expectations } from "../receipts/suspicion.ts";
import { TreeBuilder } from "../receipts/tree-builder.ts";
import type { Entry, Leaf, Receipt, Tree } from "../receipts/types.ts";
import { type Baseline, holderOf } from "./baseline.ts";
import { observe } from "./observe.ts";
import type { Finding, Place } from "./types.ts";

/** Names of collections whose rows must stay as they are and whose content differs. */
export function appendOnlySuspects(
  { snapshot }: Baseline,
  now: Receipt,
  expect: Expectations,
): readonly string[] {
  return compareReceipts(snapshot.receipt, now)
    .collections.filter(({ expected, actual }) => expected !== null && actual !== null)
    .map(({ name }) => name)
    .filter((name) => expectationOf(name, expect).appendOnly === true)
    .filter((name) => !isUnreadable(snapshot.receipt, name));
}

/** Rows that nobody could read then were known by their place, which a repair gives up. */
function isUnreadable({ recorded }: Receipt, collection: string): boolean {
  const { unreadable } = recorded;
  return Array.isArray(unreadable) && unreadable.includes(collection);
}

/** A collection that may only grow: as it was, as it is, and its rows of today. */
export interface AppendOnlyInput {
  readonly expected: Tree;
  readonly actual: Tree;
  /** Rows of today in the order of their keys. */
  readonly rows: (range: DifferingRange) => AsyncIterable<Entry>;
}

/** Where old rows were kept, and where not. */
export interface AppendOnlyVerdict {
  /** An old row in here was changed or is gone. */
  readonly broken: readonly DifferingRange[];
  /** More rows than before, among old ones: only the old rows themselves would tell. */
  readonly undecided: readonly DifferingRange[];
}

/**
 * Are all old rows still there as they were? Told from the leaves of the old tree and the rows of
 * today: where the rows of an old leaf's range hash to its digest nothing has changed, and where they
 * do not and are no more than before something has. Rows behind the last old one are not read.
 */
export async function checkAppendOnly(input: AppendOnlyInput): Promise<AppendOnlyVerdict> {
  const { expected, actual, rows } = input;
  const [first] = differingRanges(expected, actual);
  const upTo = expected.leaves.at(-1)?.lastKey;
  const broken: DifferingRange[] = [];
  const undecided: DifferingRange[] = [];
  if (first === undefined || upTo === undefined) return { broken, undecided };

  const { after } = first;
  const leaves = expected.leaves.filter(
    ({ lastKey }) => after === null || Buffer.compare(lastKey, after) > 0,
  );
  const read = leavesOf(leaves, rows({ after, upTo }));
  let from = after;
  for await (const { leaf, tree } of read) {
    const end = leaf.lastKey; // each look at it makes another view, and `extend` wants the same one
    if (!isSame(leaf, tree))
      extend(tree.count > leaf.count ? undecided : broken, { after: from, upTo: end });
    from = end;
  }
  return { broken, undecided };
}

/** The tree of today's rows in the range of each old leaf. */
async function* leavesOf(
  leaves: readonly Leaf[],
  rows: AsyncIterable<Entry>,
): AsyncGenerator<{ readonly leaf: Leaf; readonly tree: Tree }> {
  let builder = new TreeBuilder("");
  let at = 0;
  for await (const { key, row } of rows) {
    for (let leaf = leaves[at]; leaf && Buffer.compare(key, leaf.lastKey) > 0; leaf = leaves[at]) {
      yield { leaf, tree: builder.finish() };
      builder = new TreeBuilder("");
      at++;
    }
    if (at === leaves.length) return;
    builder.add(key, 0, key.length, row, 0, row.length);
  }
  for (const leaf of leaves.slice(at)) {
    yield { leaf, tree: builder.finish() };
    builder = new TreeBuilder("");
  }
}

function isSame(leaf: Leaf, { leaves }: Tree): boolean {
  const [only, ...others] = leaves;
  return (
    only !== undefined &&
    others.length === 0 &&
    only.count === leaf.count &&
    Buffer.compare(only.digest, leaf.digest) === 0
  );
}

/** Adds a range, or makes the last one longer when they touch. */
function extend(ranges: DifferingRange[], range: DifferingRange): void {
  const last = ranges.at(-1);
  if (last !== undefined && last.upTo === range.after)
    ranges.splice(-1, 1, { after: last.after, upTo: range.upTo });
  else ranges.push(range);
}

const CODE = "expect.append-only";

/** Ranges that a description names. */
const NAMED_MAX = 3;

/** What a broken verdict makes known; null when nothing is known to be broken. */
export function observeAppendOnly(
  last: Baseline,
  collection: string,
  { broken }: AppendOnlyVerdict,
  showKey: (key: Uint8Array) => Json,
): Observation | null {
  if (broken.length === 0) return null;
  const rows = last.snapshot.receipt.collections[collection]?.count ?? 0;
  const more = broken.length - NAMED_MAX;
  const named = broken.slice(0, NAMED_MAX).map((range) => rangeText(range, showKey));
  const where = named.join(", ") + (more > 0 ? ` and in ${counted(more, "other range")}` : "");
  const description =
    `${collection} has lost or changed old rows ${where}, which are expected to stay; ` +
    `snapshot ${holderOf(last, collection, rows)} has them`;
  return observe(CODE, description, {
    location: { table: collection },
    evidence: evidenceFor(last),
  });
}

/**
 * Changed old rows that were seen against another snapshot than today's. A backup of changed rows is
 * not suspicious by its counts and becomes the baseline; held against that, the rows look as they
 * always were. So these findings stay until somebody, or a recovery, ends them: `Seen.blind`.
 */
export function supersededPlaces(
  known: readonly Finding[],
  last: Baseline | null,
): readonly Place[] {
  const evidence = last === null ? null : evidenceFor(last);
  return known.filter(
    (each) => each.code === CODE && each.evidence !== "" && each.evidence !== evidence,
  );
}

/** Tells which snapshot the rows were held against. */
function evidenceFor({ snapshot }: Baseline): string {
  return `snapshot ${snapshot.id}`;
}

function rangeText({ after, upTo }: DifferingRange, showKey: (key: Uint8Array) => Json): string {
  const from = after === null ? "" : `after ${keyText(showKey(after))} `;
  return `${from}up to ${upTo === null ? "the end" : keyText(showKey(upTo))}`;
}
