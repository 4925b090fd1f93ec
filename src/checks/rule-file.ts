import { SalvorError } from "../core/errors.ts";
import type { Severity } from "../core/finding.ts";
import { SEVERITIES } from "./severity.ts";

/** A query of the owner's own: it returns the rows that should not be. No row, no breach. */
export interface Rule {
  /** Unique over all rule files of a store. */
  readonly name: string;
  readonly severity: Severity;
  /** What a breach means, for the title of its finding. */
  readonly meaning: string;
  /** One statement that only reads. */
  readonly text: string;
  readonly file: string;
  /** Of its first line, from 1. */
  readonly line: number;
}

/** The text of a rule file, and the name that its rules and mistakes carry. */
export interface RuleFile {
  readonly file: string;
  readonly text: string;
}

/** A mistake in a file that the owner wrote. */
export interface LineProblem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

/** What rule files hold. */
export interface ParsedRules {
  readonly rules: readonly Rule[];
  readonly problems: readonly LineProblem[];
}

const NAME_MAX = 100;

const HEADER = /^\s*--\s*rule\s*:(.*)$/i;

const FORM = '"-- rule: name · severity · what it means"';

/** The rules of a store, in the order of its files; every mistake becomes a problem with its line. */
export function parseRules(files: readonly RuleFile[]): ParsedRules {
  const problems: LineProblem[] = [];
  const found = files.flatMap(({ file, text }) => parseFile(file, text, problems));
  const rules = new Map<string, Rule>();
  for (const rule of found) {
    const first = rules.get(rule.name);
    if (first === undefined) rules.set(rule.name, rule);
    else
      problems.push(
        at(rule, `has a second rule "${rule.name}": the first is in ${placeOf(first)}`),
      );
  }
  return { rules: [...rules.values()], problems };
}

/** All mistakes of files that the owner wrote as one error: the first in full. */
export function linesInvalid(problems: readonly LineProblem[]): SalvorError {
  const [first] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  const message = first === undefined ? "a file is not valid" : describeLine(first);
  return new SalvorError("CONFIG_INVALID", `${message}${more}`, {
    hint: 'Mend that line; "salvor config check" lists everything that is wrong.',
  });
}

/** `/etc/shop/rules.sql:12: names no severity; …` */
export function describeLine(problem: LineProblem): string {
  return `${placeOf(problem)}: ${problem.message}`;
}

/** A rule as its lines stand there. */
interface Piece {
  readonly header: string;
  readonly line: number;
  readonly body: string[];
}

function parseFile(file: string, text: string, problems: LineProblem[]): Rule[] {
  const { before, pieces } = cut(text);
  const stray = before.findIndex((line) => !isBlank(line));
  if (isBlank(before.join("\n"))) {
    if (pieces.length === 0)
      problems.push({ file, line: 1, message: `holds no rule: begin one with ${FORM}` });
  } else {
    problems.push({ file, line: stray + 1, message: `has a query before the first ${FORM}` });
  }
  return pieces.flatMap((piece) => {
    const rule = ruleOf(file, piece);
    if (typeof rule !== "string") return [rule];
    problems.push({ file, line: piece.line, message: rule });
    return [];
  });
}

/** The lines before the first rule, and those of each rule. */
function cut(text: string): { readonly before: readonly string[]; readonly pieces: Piece[] } {
  const before: string[] = [];
  const pieces: Piece[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const header = HEADER.exec(line.replace(/^\uFEFF/, ""))?.[1];
    if (header !== undefined) pieces.push({ header, line: index + 1, body: [] });
    else (pieces.at(-1)?.body ?? before).push(line);
  }
  return { before, pieces };
}

/** The rule, or what is wrong with it. */
function ruleOf(file: string, { header, line, body }: Piece): Rule | string {
  const [name = "", word = "", ...rest] = partsOf(header);
  const meaning = rest.join(" · ");
  if (name === "" || name.length > NAME_MAX) return `names no rule: write it as ${FORM}`;
  const severity = SEVERITIES.find((each) => each === word.toLowerCase());
  if (severity === undefined)
    return `gives rule "${name}" no severity: one of ${SEVERITIES.join(", ")}`;
  if (meaning === "") return `does not say what rule "${name}" means: write it as ${FORM}`;
  const text = withoutEnd(body.join("\n"));
  const wrong = statementProblem(text);
  return wrong === null
    ? { name, severity, meaning, text, file, line }
    : `gives rule "${name}" ${wrong}`;
}

/** By "·"; where there is none, by " - ". */
function partsOf(header: string): readonly string[] {
  const separator = header.includes("·") ? "·" : /\s-\s/;
  return header.split(separator).map((part) => part.trim());
}

/** Strings, quoted names and comments: nothing in them separates statements. */
const QUOTED = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g;

const COMMENT = /^(?:--|\/\*)/;

/** The statement alone: no comment around it, no semicolon behind it. */
function withoutEnd(text: string): string {
  const plain = blanked(text).trimEnd();
  const end = plain.replace(/[;\s]+$/, "").length;
  return text.slice(0, end).trim();
}

/** What is wrong with the one statement that a rule is; the engine tells the rest. */
function statementProblem(text: string): string | null {
  const plain = blanked(text);
  if (plain.trim() === "") return "no SELECT";
  if (plain.includes(";")) return "more than one statement";
  return /^\s*(?:select|with|values)\b/i.test(plain) ? null : "something else than a SELECT";
}

/** The same length, with comments as spaces and other quoted text as letters. */
function blanked(text: string): string {
  return text.replaceAll(QUOTED, (part) => (COMMENT.test(part) ? " " : "x").repeat(part.length));
}

function isBlank(text: string): boolean {
  return blanked(text).trim() === "";
}

function at({ file, line }: Rule, message: string): LineProblem {
  return { file, line, message };
}

function placeOf({ file, line }: Pick<LineProblem, "file" | "line">): string {
  return `${file}:${line}`;
}
