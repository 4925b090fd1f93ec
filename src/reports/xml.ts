import type { Json, JsonObject } from "../core/json.ts";
import type { ReportDocument } from "./types.ts";

/** What the items of a list are called; others are `<item>`. */
const ITEM_NAMES: ReadonlyMap<string, string> = new Map([
  ["stores", "store"],
  ["findings", "finding"],
  ["incidents", "incident"],
  ["runs", "run"],
  ["proofs", "proof"],
  ["losses", "loss"],
  ["timeline", "event"],
  ["steps", "step"],
  ["collections", "collection"],
  ["references", "reference"],
  ["rules", "rule"],
  ["documents", "document"],
  ["remedies", "remedy"],
  ["notes", "note"],
]);

/** Members whose own names come from data: below them every member is an `<entry name="…">`. */
const MAPS: ReadonlySet<string> = new Set([
  "collections",
  "pages",
  "parameters",
  "key",
  "keys",
  "missing",
  "extra",
  "changed",
  "after",
  "upTo",
  "byFailure",
  "byLevel",
]);

/** The report as XML, member by member, lists item by item; docs/format/report.md has the rules. */
export function* renderXml(document: ReportDocument): Generator<string> {
  yield '<?xml version="1.0" encoding="UTF-8"?>\n<report>\n';
  for (const [name, value] of Object.entries(document) as [string, Json][]) {
    if (!isList(value) || value.length === 0) {
      yield element(memberOf(name, value, 1, false));
      continue;
    }
    yield `  <${name} type="array">\n`;
    for (const item of value) yield element(itemOf(name, item, 2, false));
    yield `  </${name}>\n`;
  }
  yield "</report>\n";
}

interface Node {
  readonly tag: string;
  /** The name that data gave it, where the tag cannot be that name. */
  readonly label: string | null;
  readonly value: Json;
  readonly depth: number;
  /** The names of its members come from data. */
  readonly isData: boolean;
}

function element(node: Node): string {
  const { value, depth, tag, label } = node;
  const indent = "  ".repeat(depth);
  const name = label === null ? null : escapeText(label);
  const text = typeof value === "string" ? escapeText(value) : null;
  const start = `${indent}<${tag}${nameAttribute(name)}${escapedAttribute(name, text)}`;
  if (text !== null) return `${start}>${text.xml}</${tag}>\n`;
  if (value === null) return `${start} type="null"/>\n`;
  if (typeof value !== "object") return `${start} type="${typeof value}">${value}</${tag}>\n`;
  const type = isList(value) ? "array" : "object";
  const children = childrenOf(node).map(element).join("");
  if (children === "") return `${start} type="${type}"/>\n`;
  return `${start} type="${type}">\n${children}${indent}</${tag}>\n`;
}

function childrenOf({ tag, value, depth, isData }: Node): readonly Node[] {
  if (isList(value)) return value.map((item) => itemOf(tag, item, depth + 1, isData));
  return Object.entries(value as JsonObject)
    .filter(([, member]) => (member as Json | undefined) !== undefined)
    .map(([name, member]) => memberOf(name, member, depth + 1, isData));
}

const ELEMENT_NAME = /^(?!xml)[A-Za-z_][A-Za-z0-9_.-]*$/i;

function memberOf(name: string, value: Json, depth: number, isData: boolean): Node {
  if (isData || !ELEMENT_NAME.test(name)) {
    return { tag: "entry", label: name, value, depth, isData };
  }
  const holdsData = MAPS.has(name) && !isListOfOurs(name, value);
  return { tag: name, label: null, value, depth, isData: holdsData };
}

/** The collections of a proof are a list of ours, those of a store a map by name. */
function isListOfOurs(name: string, value: Json): boolean {
  return name === "collections" && isList(value);
}

function itemOf(list: string, value: Json, depth: number, isData: boolean): Node {
  const tag = isData ? "item" : (ITEM_NAMES.get(list) ?? "item");
  return { tag, label: null, value, depth, isData };
}

interface Escaped {
  readonly xml: string;
  /** Something in it could not be written as it is. */
  readonly isEscaped: boolean;
}

function nameAttribute(name: Escaped | null): string {
  return name === null ? "" : ` name="${name.xml}"`;
}

/** Says which of the two holds escapes. */
function escapedAttribute(name: Escaped | null, text: Escaped | null): string {
  const parts = [...(name?.isEscaped ? ["name"] : []), ...(text?.isEscaped ? ["text"] : [])];
  return parts.length === 0 ? "" : ` escaped="${parts.join(" ")}"`;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** What XML 1.0 has no way to write. */
const FORBIDDEN =
  // oxlint-disable-next-line no-control-regex -- these are what we look for
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF\p{Cs}]/u;
const FORBIDDEN_OR_BACKSLASH = new RegExp(`\\\\|${FORBIDDEN.source}`, "gu");

/** What it can write, but only by number: markup, line ends, and what terminals would obey. */
const MARKUP = /[&<>"'\t\r\n\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF]/g;

const NAMED: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** Text for an element or an attribute; where it is escaped, a backslash of its own is doubled. */
function escapeText(text: string): Escaped {
  const isEscaped = FORBIDDEN.test(text);
  const legal = isEscaped ? text.replaceAll(FORBIDDEN_OR_BACKSLASH, visible) : text;
  const xml = legal.replaceAll(MARKUP, (sign) => NAMED[sign] ?? `&#${sign.charCodeAt(0)};`);
  return { xml, isEscaped };
}

function visible(sign: string): string {
  if (sign === "\\") return "\\\\";
  const code = sign.codePointAt(0) ?? 0;
  return code <= 0xff ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
}
