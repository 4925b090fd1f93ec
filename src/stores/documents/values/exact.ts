import type { Json } from "../../../core/json.ts";
import { parseDecimal, sameNumber } from "../../../receipts/decimals.ts";
import { NumberText } from "../../../core/json-number.ts";
import { parseLossless, type LosslessValue } from "../json/lossless.ts";

/** A number that no double holds exactly, as its document spells it. */
export class ExactNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** JSON whose numbers are not rounded. */
export type ExactJson =
  | Exclude<Json, object>
  | ExactNumber
  | readonly ExactJson[]
  | { readonly [name: string]: ExactJson };

/** Parses a valid JSON text; what no double holds exactly comes as its digits. */
export function parseExact(text: string): ExactJson {
  const keep = (_name: string, value: unknown, context?: { readonly source?: string }): unknown => {
    const source = context?.source;
    if (typeof value !== "number" || source === undefined) return value;
    return sameNumber(source, String(value)) ? value : new ExactNumber(source);
  };
  try {
    return JSON.parse(text, keep) as ExactJson;
  } catch (error) {
    if (error instanceof RangeError) return parseDeep(text); // deeper than the stack
    throw error;
  }
}

/** The same for a text of any depth: what the engine does by calling itself, done without; what no double holds exactly comes as its digits. */
function parseDeep(text: string): ExactJson {
  const root: ExactJson[] = [];
  const ahead: [from: LosslessValue, put: (value: ExactJson) => void][] = [
    [parseLossless(Buffer.from(text)) ?? null, (value) => void root.push(value)],
  ];
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    const [from, put] = next;
    if (from instanceof NumberText) put(numberOf(from.text));
    else if (Array.isArray(from)) put(deepList(from, ahead));
    else if (from instanceof Map) put(deepObject(from, ahead));
    else put(from);
  }
  return root[0] ?? null;
}

type Ahead = [from: LosslessValue, put: (value: ExactJson) => void][];

function deepList(from: readonly LosslessValue[], ahead: Ahead): ExactJson {
  const list: ExactJson[] = from.map(() => null);
  for (const [at, each] of from.entries()) ahead.push([each, (value) => void (list[at] = value)]);
  return list;
}

function deepObject(from: ReadonlyMap<string, LosslessValue>, ahead: Ahead): ExactJson {
  const object: Record<string, ExactJson> = {};
  for (const [name, each] of from) {
    const put = (value: ExactJson): void => {
      // A plain assignment to "__proto__" would be none.
      Object.defineProperty(object, name, { value, ...OWN });
    };
    put(null); // keeps the order of the names
    ahead.push([each, put]);
  }
  return object;
}

const OWN = { configurable: true, enumerable: true, writable: true };

function numberOf(text: string): ExactJson {
  const value = Number(text);
  return sameNumber(text, String(value)) ? value : new ExactNumber(text);
}

/**
 * One spelling for one value: RFC 8785, but for a number that no double holds exactly. That is
 * written as its digits without zeros at either end, then `e` and the power of ten.
 */
export function canonicalExact(value: ExactJson): string {
  const pieces: string[] = [];
  // What is still to be written, last first: a document may be deeper than the stack.
  const ahead: (ExactJson | Written)[] = [value];
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    if (next instanceof Written) pieces.push(next.text);
    else if (next instanceof ExactNumber) pieces.push(digitsOf(next.text));
    else if (next === null || typeof next !== "object") pieces.push(JSON.stringify(next));
    else if (isList(next)) pushList(ahead, next);
    else pushObject(ahead, next);
  }
  return pieces.join("");
}

/** Text that is written as it is. */
class Written {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

const COMMA = new Written(",");
const LIST = [new Written("["), new Written("]")] as const;
const OBJECT = [new Written("{"), new Written("}")] as const;

function pushList(ahead: (ExactJson | Written)[], items: readonly ExactJson[]): void {
  ahead.push(LIST[1]);
  for (let at = items.length - 1; at >= 0; at -= 1) {
    ahead.push(items[at] ?? null);
    if (at > 0) ahead.push(COMMA);
  }
  ahead.push(LIST[0]);
}

function pushObject(
  ahead: (ExactJson | Written)[],
  object: { readonly [name: string]: ExactJson },
): void {
  ahead.push(OBJECT[1]);
  const names = Object.keys(object).sort();
  for (let at = names.length - 1; at >= 0; at -= 1) {
    const name = names[at] ?? "";
    ahead.push(object[name] ?? null);
    ahead.push(new Written(`${at > 0 ? "," : ""}${JSON.stringify(name)}:`));
  }
  ahead.push(OBJECT[0]);
}

function isList(value: ExactJson): value is readonly ExactJson[] {
  return Array.isArray(value);
}

function digitsOf(text: string): string {
  const decimal = parseDecimal(text);
  if (decimal === null) return text; // more digits than anybody computes with: as it stands
  const { negative, digits, exponent } = decimal;
  return `${negative ? "-" : ""}${digits}${exponent === 0 ? "" : `e${exponent}`}`;
}
