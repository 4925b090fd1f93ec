import type { Observation } from "../core/finding.ts";
import { count, counted } from "../core/text.ts";
import { allowedLoss, expectationOf, type Expectations } from "../receipts/suspicion.ts";
import { type Baseline, countOf, holderOf, internalCollections } from "./baseline.ts";
import { observe } from "./observe.ts";
import type { Present } from "./present.ts";

/**
 * Do the numbers of rows keep what is expected? For an integrity check. What breaks no expectation is
 * a notice: applications delete rows. A vanished table is the audit's finding, unless it must be there.
 */
export function compareCounts(
  last: Baseline | null,
  { collections, properties }: Present,
  expect: Expectations,
): readonly Observation[] {
  if (collections === null) return [];
  const required = missingRequired(last, collections, expect);
  return [
    ...required.map(({ observation }) => observation),
    ...(last === null ? [] : shrunk(last, { collections, properties }, expect)),
  ];
}

type Counts = Readonly<Record<string, number>>;

/** A collection that must be there and is not. */
export interface MissingRequired {
  readonly collection: string;
  readonly observation: Observation;
}

/** Collections that are missing although they are expected to be there. */
export function missingRequired(
  last: Baseline | null,
  collections: Counts,
  expect: Expectations,
): readonly MissingRequired[] {
  const before = Object.keys(last?.snapshot.receipt.collections ?? {});
  const named = Object.keys(expect).filter((name) => name !== "*");
  const names = [...new Set([...before, ...named])].toSorted();
  return names
    .filter((name) => expectationOf(name, expect).present && !Object.hasOwn(collections, name))
    .map((name) => ({ collection: name, observation: observeMissing(last, name) }));
}

function observeMissing(last: Baseline | null, name: string): Observation {
  const rows = last === null ? null : countOf(last.snapshot.receipt, name);
  const held =
    last === null || rows === null
      ? "no snapshot has it"
      : `it had ${counted(rows, "row")}; snapshot ${holderOf(last, name, rows)} has it`;
  return observe("expect.present", `${name} is expected to exist and does not: ${held}`, {
    location: { table: name },
    ...(rows === null && { remedies: [] }),
  });
}

function shrunk(
  last: Baseline,
  { collections, properties }: { readonly collections: Counts } & Pick<Present, "properties">,
  expect: Expectations,
): readonly Observation[] {
  const { receipt } = last.snapshot;
  const skip = internalCollections(receipt.recorded, properties);
  return Object.keys(receipt.collections)
    .filter((name) => !skip.has(name))
    .toSorted()
    .flatMap((name) => {
      const [before, now] = [countOf(receipt, name) ?? 0, ownCount(collections, name)];
      return now === null || now >= before ? [] : judge(last, { name, before, now }, expect);
    });
}

function ownCount(collections: Counts, name: string): number | null {
  return Object.hasOwn(collections, name) ? (collections[name] ?? null) : null;
}

interface Shrunk {
  readonly name: string;
  readonly before: number;
  readonly now: number;
}

function judge(last: Baseline, { name, before, now }: Shrunk, expect: Expectations): Observation[] {
  const expectation = expectationOf(name, expect);
  const location = { table: name };
  const lost = before - now;
  const fell =
    `${name} fell from ${counted(before, "row")} to ${count(now)}: ${count(lost)} gone; ` +
    `snapshot ${holderOf(last, name, before)} has them`;
  if (expectation.appendOnly) {
    const description = `${fell}; its rows are expected never to go`;
    return [observe("expect.append-only", description, { location })];
  }
  const allowed = allowedLoss(before, expectation);
  if (allowed === null) return [observe("collection.shrunk", fell, { location })];
  if (lost <= allowed) return [];
  const description = `${fell}; no more than ${counted(allowed, "row")} may go`;
  return [observe("expect.shrunk", description, { location })];
}
