import { SalvorError } from "../core/errors.ts";
import { timestamp, type World } from "../core/world.ts";
import type { State, StateReader, StateRow } from "../state/types.ts";
import { decideAcknowledge, decideResolve } from "./decide.ts";
import { FINDING_PREFIX } from "./finding-id.ts";
import { findingIn, readFinding, writeFinding } from "./finding-rows.ts";
import { rankOf } from "./severity.ts";
import type { Finding, FindingChange, FindingStatus } from "./types.ts";

/** Which findings to list. */
export interface FindingFilter {
  /** Those of all stores, and of none, when absent. */
  readonly stores?: readonly string[] | undefined;
  /** Those in any status when absent. */
  readonly status?: readonly FindingStatus[] | undefined;
}

/** Findings read in one statement: a few milliseconds of work. */
const PAGE = 500;

/** Findings, worst first, and the oldest first among equals. */
export function listFindings(reader: StateReader, filter: FindingFilter = {}): readonly Finding[] {
  const found: Finding[] = [];
  for (;;) {
    const page = pageAfter(reader, filter, found.at(-1)).map(findingIn);
    found.push(...page);
    if (page.length < PAGE) return found;
  }
}

const NOTHING_BEFORE = { id: "", severity: "critical", detectedAt: "" } as const;

function pageAfter(
  reader: StateReader,
  { stores, status }: FindingFilter,
  last: Pick<Finding, "id" | "severity" | "detectedAt"> = NOTHING_BEFORE,
): readonly StateRow[] {
  const sql = `SELECT finding FROM findings WHERE (rank, detected_at, id) > (?, ?, ?)
    AND (? IS NULL OR store IN (SELECT value FROM json_each(?)))
    AND (? IS NULL OR status IN (SELECT value FROM json_each(?)))
    ORDER BY rank, detected_at, id LIMIT ?`;
  const [inStores, inStatus] = [listOrNull(stores), listOrNull(status)];
  const { id, severity, detectedAt } = last;
  const place = [rankOf(severity), detectedAt, id];
  return reader.all(sql, ...place, inStores, inStores, inStatus, inStatus, PAGE);
}

function listOrNull(words: readonly string[] | undefined): string | null {
  return words === undefined ? null : JSON.stringify(words);
}

/**
 * The finding that a word names: its id, or a unique start of it with 8 digits or more.
 *
 * @throws {SalvorError} NOT_FOUND; USAGE when it is no id, or the start of several.
 */
export function findFinding(reader: StateReader, word: string): Finding {
  const digits = (
    word.startsWith(FINDING_PREFIX) ? word.slice(FINDING_PREFIX.length) : word
  ).toLowerCase();
  if (!/^[0-9a-f]{8,32}$/.test(digits)) throw malformedId(word);
  const start = FINDING_PREFIX + digits;
  // "g" follows the last hex digit.
  const sql = "SELECT finding FROM findings WHERE id >= ? AND id < ? ORDER BY id LIMIT 3";
  const [found, ...others] = reader.all(sql, start, `${start}g`).map(findingIn);
  if (found === undefined) {
    throw new SalvorError("NOT_FOUND", `there is no finding ${word}`, {
      hint: '"salvor findings --status all" lists them.',
    });
  }
  if (others.length > 0) throw ambiguous(word, [found, ...others]);
  return found;
}

/** What a person decides about a finding. */
export interface Decision {
  /** An id, or a unique start of one. */
  readonly id: string;
  readonly by: string;
  readonly notes?: string | undefined;
}

/**
 * Somebody takes note of a finding: it no longer counts against its store, until it gets worse.
 *
 * @throws {SalvorError} REFUSED when it is resolved; NOT_FOUND; USAGE.
 */
export async function acknowledgeFinding(
  state: State,
  world: World,
  { id, by, notes = "" }: Decision,
): Promise<Finding> {
  const at = timestamp(world.now());
  return change(state, id, (known) => decideAcknowledge(known, { by, notes: notes || null, at }));
}

/**
 * Somebody ends a finding; what is still there opens again with the next look that sees it.
 *
 * @throws {SalvorError} NOT_FOUND; USAGE.
 */
export async function resolveFinding(
  state: State,
  world: World,
  { id, by, notes = "" }: Decision,
): Promise<Finding> {
  const at = timestamp(world.now());
  return change(state, id, (known) => decideResolve(known, { by, notes: notes || null, at }));
}

async function change(
  state: State,
  word: string,
  decide: (known: Finding) => FindingChange | null,
): Promise<Finding> {
  return state.transaction((writer) => {
    const known = findFinding(writer, word);
    const next = decide(known)?.finding ?? known;
    writeFinding(writer, next);
    return next;
  });
}

/** Findings ended in one transaction. */
const PORTION = 100;

/**
 * Ends findings that a run has mended; what is unknown or has ended before is passed over.
 *
 * @param notes such as `mended by run_…`.
 */
export async function resolveFindings(
  state: State,
  world: World,
  { ids, notes }: { readonly ids: readonly string[]; readonly notes: string },
): Promise<readonly Finding[]> {
  const at = timestamp(world.now());
  const ended: Finding[] = [];
  for (let from = 0; from < ids.length; from += PORTION) {
    const portion = ids.slice(from, from + PORTION);
    const changes = await state.transaction((writer) =>
      portion.flatMap((id) => {
        const known = readFinding(writer, id);
        const next = known === null ? null : decideResolve(known, { by: null, notes, at });
        if (next === null) return [];
        writeFinding(writer, next.finding);
        return [next.finding];
      }),
    );
    ended.push(...changes);
  }
  return ended;
}

function malformedId(word: string): SalvorError {
  return new SalvorError("USAGE", `"${word}" does not name a finding`, {
    hint: "Give its id, or at least 8 digits of the start of it.",
  });
}

function ambiguous(word: string, found: readonly Finding[]): SalvorError {
  const names = found.map(({ id }) => id).join(", ");
  return new SalvorError("USAGE", `several findings begin with ${word}: ${names}`, {
    hint: "Give more digits of the id.",
  });
}
