import type { Receipt } from "./types.ts";

/** What the owner takes for granted about a collection between two snapshots. */
export interface Expectation {
  /** Part of its rows that may go, 0 to 1. */
  readonly shrinkMax?: number | undefined;
  /** Rows that may go. */
  readonly shrinkMaxRows?: number | undefined;
  /** Rows never change or go. */
  readonly appendOnly?: boolean | undefined;
  /** It must exist; `false` says that it may vanish. */
  readonly present?: boolean | undefined;
}

/** By collection; what `*` says holds where a collection's own entry is silent. */
export type Expectations = Readonly<Record<string, Expectation>>;

/** Without an expectation, fewer lost rows than this are no reason to ask. */
const LOST_MIN = 10;

/**
 * What the newer receipt makes suspicious, a sentence each; nothing when nothing does. Judged by
 * counts alone: a collection that vanished, was emptied, lost more than half of its rows (and at
 * least 10), or broke what its owner expects.
 *
 * @param skip collections that are not judged: shadow tables of virtual tables and the like.
 */
export function suspiciousDrops(
  before: Receipt,
  after: Receipt,
  expect: Expectations,
  skip: ReadonlySet<string> = new Set(),
): string[] {
  const required = Object.keys(expect).filter((name) => name !== "*" && expect[name]?.present);
  const names = new Set([...Object.keys(before.collections), ...required]);
  return [...names]
    .filter((name) => !skip.has(name))
    .toSorted()
    .flatMap((name) => judge(name, { before, after, expectation: expectationOf(name, expect) }));
}

interface Case {
  readonly before: Receipt;
  readonly after: Receipt;
  readonly expectation: Expectation;
}

function judge(name: string, { before, after, expectation }: Case): string[] {
  const then = countOf(before, name);
  const now = countOf(after, name);
  if (now === null) return absent(name, then, expectation);
  if (then === null || now >= then) return [];

  const lost = then - now;
  const fell = `${name} fell from ${rows(then)} to ${now}`;
  if (expectation.appendOnly) return [`${fell}, although its rows are expected never to go`];
  const allowed = allowedLoss(then, expectation);
  if (allowed !== null)
    return lost > allowed ? [`${fell}, but no more than ${rows(allowed)} may go`] : [];
  if (now === 0) return [`${name} was emptied: it had ${rows(then)}`];
  if (lost >= LOST_MIN && lost * 2 > then) return [`${fell}: more than half of it is gone`];
  return [];
}

function absent(name: string, then: number | null, { present }: Expectation): string[] {
  if (then !== null && present !== false) return [`${name} vanished: it had ${rows(then)}`];
  return then === null && present ? [`${name} is missing, although it is expected to exist`] : [];
}

/** Rows that an owner lets go, or null when nothing is said. */
export function allowedLoss(
  then: number,
  { shrinkMax, shrinkMaxRows }: Expectation,
): number | null {
  const limits = [];
  if (shrinkMax !== undefined) limits.push(Math.floor(then * shrinkMax));
  if (shrinkMaxRows !== undefined) limits.push(shrinkMaxRows);
  return limits.length === 0 ? null : Math.min(...limits);
}

/** What is expected of a collection: its own entry, and `*` where that is silent. */
export function expectationOf(name: string, expect: Expectations): Expectation {
  const own = Object.hasOwn(expect, name) ? expect[name] : undefined;
  const said = Object.entries(own ?? {}).filter(([, value]) => value !== undefined);
  return { ...expect["*"], ...Object.fromEntries(said) };
}

function countOf({ collections }: Receipt, name: string): number | null {
  return Object.hasOwn(collections, name) ? (collections[name]?.count ?? null) : null;
}

function rows(count: number): string {
  return count === 1 ? "1 row" : `${count} rows`;
}
