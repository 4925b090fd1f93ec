import { isMap, isNode, isPair, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import type { Document, Node, YAMLError } from "yaml";

import type { Json, JsonObject } from "../../core/json.ts";
import { isJsonObject } from "../../core/json.ts";
import type { ConfigProblem } from "../types.ts";

/** A key's place in the tree: names, and numbers in lists. */
export type KeyPath = readonly PropertyKey[];

/** A salvor.yaml as text told it: no variable is expanded and no key is checked. */
export interface ParsedConfig {
  readonly tree: JsonObject;
  readonly problems: readonly ConfigProblem[];
  /** Where a key stands; the nearest thing above it that stands anywhere when it does not. */
  locate(path: KeyPath): Place;
}

/** From 1. */
export interface Place {
  readonly line: number | null;
  readonly col: number | null;
}

/** A salvor.yaml is written by a person: more than this is a mistake, or an attack. */
const SIZE_MAX = 1_000_000;

/** Aliases may repeat a few lines, never multiply them. */
const ALIASES_MAX = 100;

const NOWHERE: Place = { line: null, col: null };

/** Reads YAML 1.2 without running anything in it. Every mistake becomes a problem with its place. */
export function parseConfig(bytes: Uint8Array): ParsedConfig {
  if (bytes.length > SIZE_MAX) {
    const text = `is ${bytes.length} bytes long; a configuration has at most ${SIZE_MAX}`;
    return refused([problem(text, NOWHERE)]);
  }
  const text = decodeUtf8(bytes);
  if (typeof text === "number") {
    return refused([problem("is not UTF-8 from here on", { line: text, col: 1 })]);
  }
  return parseText(text);
}

function parseText(text: string): ParsedConfig {
  const lines = new LineCounter();
  const document = parseSafely(text, lines);
  if (document === null) return refused([problem("is nested too deeply", { line: 1, col: 1 })]);

  const found = [...document.errors, ...document.warnings].map((error) =>
    yamlProblem(error, lines),
  );
  if (found.length > 0) return refused(found);
  const tree = valueOf(document);
  if (typeof tree === "string") return refused([problem(tree, { line: 1, col: 1 })]);
  return { tree, problems: [], locate: (path) => locate(document, lines, path) };
}

/** The text, or the line where it stops being UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | number {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    const readable = new TextDecoder("utf-8").decode(bytes);
    return readable.slice(0, readable.indexOf("\uFFFD")).split("\n").length;
  }
}

/** Null when the nesting is deeper than the parser's stack. */
function parseSafely(text: string, lines: LineCounter): Document.Parsed | null {
  try {
    return parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      logLevel: "error",
      version: "1.2",
    });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** The tree, or what is wrong with it as a whole. */
function valueOf(document: Document.Parsed): JsonObject | string {
  if (document.contents === null) return "is empty";
  if (!isMap(document.contents)) return 'must be a map, such as "stores: …"';
  try {
    const tree = document.toJS({ maxAliasCount: ALIASES_MAX }) as Json;
    return isJsonObject(tree) ? tree : 'must be a map, such as "stores: …"';
  } catch (error) {
    if (error instanceof ReferenceError) return "repeats too much through aliases (*name)";
    if (error instanceof RangeError) return "is nested too deeply, or an alias holds itself";
    throw error;
  }
}

const PLAIN_WORDS: Readonly<Partial<Record<YAMLError["code"], string>>> = {
  DUPLICATE_KEY: "is the second key of this name in its map",
  MULTIPLE_DOCS: "begins a second document; a configuration is one",
  TAB_AS_INDENT: "is indented with a tab; YAML wants spaces",
};

function yamlProblem(error: YAMLError, lines: LineCounter): ConfigProblem {
  const { line, col } = lines.linePos(error.pos[0]);
  if (error.message.includes("call stack")) return problem("is nested too deeply", { line, col });
  const message = PLAIN_WORDS[error.code] ?? `is not YAML: ${firstLine(error.message)}`;
  return problem(message, { line, col });
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? text;
}

function problem(message: string, place: Place): ConfigProblem {
  return { ...place, key: "", message };
}

function refused(problems: readonly ConfigProblem[]): ParsedConfig {
  return { tree: {}, problems, locate: () => NOWHERE };
}

function locate(document: Document.Parsed, lines: LineCounter, path: KeyPath): Place {
  let at: unknown = document.contents;
  let offset = 0;
  for (const name of path) {
    const step = child(document, at, name);
    if (step === null) break;
    offset = step.offset;
    at = step.value;
  }
  return lines.linePos(offset);
}

interface Step {
  readonly value: unknown;
  /** Where the key begins, or the element of a list. */
  readonly offset: number;
}

function child(document: Document.Parsed, parent: unknown, name: PropertyKey): Step | null {
  const node = isNode(parent) ? resolved(document, parent) : parent;
  if (isMap(node)) {
    const pair = node.items.find((each) => isScalar(each.key) && String(each.key.value) === name);
    if (!isPair(pair) || !isScalar(pair.key)) return null;
    return { value: pair.value, offset: pair.key.range?.[0] ?? 0 };
  }
  if (!isSeq(node) || typeof name !== "number") return null;
  const value = node.items[name];
  return isNode(value) ? { value, offset: value.range?.[0] ?? 0 } : null;
}

function resolved(document: Document.Parsed, node: Node): unknown {
  return "resolve" in node && typeof node.resolve === "function" ? node.resolve(document) : node;
}
