import { messageOf, SalvorError, type ErrorCode } from "../core/errors.ts";
import type { Observation } from "../core/finding.ts";
import type { JsonObject } from "../core/json.ts";
import { counted, keyText } from "../core/text.ts";
import type { Image, Query, QueryAnswer } from "../stores/types.ts";
import { evidenceOf } from "./evidence.ts";
import { maskRows } from "./mask.ts";
import type { Rule } from "./rule-file.ts";
import type { Place } from "./types.ts";

/** A rule that takes longer than this is stopped: it would keep the look from ending. */
const TIMEOUT_MS = 30_000;
/** Rows and bytes (as JSON) of an answer: enough to show, and to say how many. */
const ROWS_MAX = 1000;
const BYTES_MAX = 1_000_000;

/** Rows that a finding shows. */
const SHOWN_MAX = 3;

/** How rules are run. */
export interface RuleOptions {
  /** Columns whose values are never shown, as `table.column`. */
  readonly sensitive: readonly string[];
}

/** How often a rule is broken; with `atLeast`, more often than was counted. */
export interface RuleBreaches {
  readonly name: string;
  readonly breaches: number;
  readonly atLeast: boolean;
}

/** What came of all rules. */
export interface RuleResults {
  readonly observations: readonly Observation[];
  /** Those that were answered, in their order. */
  readonly rules: readonly RuleBreaches[];
  /** Breaches that could not be looked for; for `Seen.blind`. */
  readonly blind: readonly Place[];
  /** Every rule was answered. */
  readonly complete: boolean;
}

/** Asks an image whether it keeps the owner's rules. One that cannot be asked is a finding too. */
export async function runRules(
  image: Pick<Image, "query">,
  rules: readonly Rule[],
  options: RuleOptions,
  signal: AbortSignal,
): Promise<RuleResults> {
  const observations: Observation[] = [];
  const answered: RuleBreaches[] = [];
  const blind: Place[] = [];
  for (const rule of rules) {
    const answer = await ask(image, rule, signal);
    if (answer instanceof SalvorError) {
      observations.push(unanswered(rule, answer));
      blind.push({ code: BROKEN, location: placeOf(rule) });
      continue;
    }
    const breaches = breachesOf(answer);
    answered.push({ name: rule.name, breaches, atLeast: answer.truncated });
    if (breaches > 0) observations.push(broken(rule, answer, options));
  }
  return { observations, rules: answered, blind, complete: blind.length === 0 };
}

/** A row that is too large to be handed out is a row. */
function breachesOf({ rows, truncated }: QueryAnswer): number {
  return Math.max(rows.length, truncated ? 1 : 0);
}

/** A rule as the engine is asked it, within the limits that rules have. */
export function queryOf({ text }: Rule): Query {
  return { text, timeoutMs: TIMEOUT_MS, rowsMax: ROWS_MAX, bytesMax: BYTES_MAX };
}

const BROKEN = "rule.broken";

/** Answers that say something about the rule; all other errors are about the look. */
const UNANSWERED: Readonly<Partial<Record<ErrorCode, readonly [code: string, title: string]>>> = {
  QUERY_REFUSED: ["rule.refused", "A rule may not be run"],
  QUERY_FAILED: ["rule.failed", "A rule cannot be run"],
  STORE_DAMAGED: ["rule.failed", "A rule cannot be run"],
  HOST_LIMIT: ["rule.stopped", "A rule takes too long"],
};

async function ask(
  image: Pick<Image, "query">,
  rule: Rule,
  signal: AbortSignal,
): Promise<QueryAnswer | SalvorError> {
  try {
    return await image.query(queryOf(rule), signal);
  } catch (error) {
    if (error instanceof SalvorError && UNANSWERED[error.code] !== undefined) return error;
    throw error;
  }
}

function broken(rule: Rule, answer: QueryAnswer, { sensitive }: RuleOptions): Observation {
  const { columns, truncated } = answer;
  const rows = answer.rows.slice(0, SHOWN_MAX);
  const shown = maskRows({ text: rule.text, columns, rows }, sensitive);
  const number = `${truncated ? "at least " : ""}${counted(breachesOf(answer), "row")}`;
  const first = shown.map((row) => firstOf(row, columns)).join("; ");
  return {
    code: BROKEN,
    title: rule.meaning,
    description: `rule "${rule.name}" is broken by ${number}${first === "" ? "" : `; first: ${first}`}`,
    severity: rule.severity,
    category: "rule",
    location: placeOf(rule),
    evidence: evidenceOf(shown.map((row) => JSON.stringify(row)).join("\n")),
    remedies: [],
  };
}

/** The column that comes first names a row best: whoever writes a rule begins with the key. */
function firstOf(row: JsonObject, [first]: readonly string[]): string {
  return first === undefined ? "?" : evidenceOf(keyText({ [first]: row[first] ?? null }));
}

function unanswered(rule: Rule, error: SalvorError): Observation {
  const [code, title] = UNANSWERED[error.code] ?? ["rule.failed", "A rule cannot be run"];
  return {
    code,
    title,
    description: `rule "${rule.name}" in ${rule.file}:${rule.line} was not answered: ${messageOf(error)}`,
    severity: "medium",
    category: "rule",
    location: placeOf(rule),
    evidence: evidenceOf(rule.text),
    remedies: [],
  };
}

/** The line is left out: a rule that moves within its file stays the same. */
function placeOf({ file, name }: Rule): Place["location"] {
  return { file, pointer: `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}` };
}
