import { SalvorError } from "../../core/errors.ts";
import { tokenize, type Token } from "./tokens.ts";

/** Words that begin a statement which does something else than read rows. */
const OTHER_STATEMENTS: ReadonlySet<string> = new Set(
  (
    "ALTER ANALYZE ATTACH BEGIN COMMIT CREATE DELETE DETACH DROP END EXPLAIN INSERT PRAGMA REINDEX " +
    "RELEASE REPLACE ROLLBACK SAVEPOINT UPDATE VACUUM"
  ).split(" "),
);

/** Words that begin a statement which reads; with another one it is not even SQL. */
const READING: ReadonlySet<string> = new Set(["SELECT", "VALUES", "WITH"]);

/**
 * The one statement in the text, without what stands around it. The engine compiles the first one
 * only, and would say nothing of those behind it.
 *
 * @throws {SalvorError} QUERY_REFUSED when there is none, when there are several, when it does
 *   something else than read, or when it waits for parameters that nobody gives.
 */
export function readingStatement(text: string): string {
  if (text.includes("\0")) throw refusedQuery("a character NUL");
  const tokens = tokenize(text);
  const end = tokens.findLastIndex((token) => !isEnd(token)) + 1;
  const start = tokens.findIndex((token) => !isEnd(token));
  const [first, last] = [tokens[start], tokens[end - 1]];
  if (first === undefined || last === undefined) {
    throw new SalvorError("QUERY_REFUSED", "there is no statement to ask", { hint: HINT });
  }
  const statement = tokens.slice(start, end);
  if (statement.some(isEnd)) throw refusedQuery("more than one statement");
  const word = first.kind === "word" ? first.value.toUpperCase() : "";
  if (OTHER_STATEMENTS.has(word)) throw refusedQuery(word);
  const parameter = READING.has(word) ? statement.find(isParameter) : undefined;
  if (parameter !== undefined) throw refusedQuery(`the parameter ${parameter.value}`);
  return text.slice(first.start, last.end);
}

function isEnd({ kind, value }: Token): boolean {
  return kind === "other" && value === ";";
}

/** The engine would take NULL for it, and many a rule would never be broken. */
function isParameter({ kind, value }: Token): boolean {
  return kind === "other" && /^[?:@#$]/.test(value);
}

const HINT = "Write one SELECT that returns the rows which break the rule.";

/** The refusal of something that a query must not hold or do. */
export function refusedQuery(what: string): SalvorError {
  return new SalvorError("QUERY_REFUSED", `${what} is not allowed in a rule`, { hint: HINT });
}
