import type { Json } from "./json.ts";
import { canonicalNumber, exactNumber, NumberText } from "./json-number.ts";

/** What a text of JSON says, with the numbers that no double holds: see `exactNumber`. */
export type ExactJson =
  | null
  | boolean
  | number
  | bigint
  | string
  | NumberText
  | readonly ExactJson[]
  | ExactObject;
/** An object of it. */
export type ExactObject = { readonly [key: string]: ExactJson };

/**
 * Sixteen digits, or an exponent, where a value may begin. In a text it is no number; that costs a
 * moment and nothing else.
 */
const DOUBTFUL = /[:,[][ \t\r\n]*-?\d(?:[\d.]{15}|[\d.]*[eE])/;
const BARE_NUMBER = /^[ \t\r\n]*[-\d]/;

type ParseWithSource = (
  text: string,
  reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
) => unknown;

/**
 * As JSON.parse, but rounds no number. Texts without long ones cost one look more.
 *
 * @throws {SyntaxError} for what is no JSON, and for what is nested too deep to be read exactly.
 */
export function parseExact(text: string): ExactJson {
  if (!DOUBTFUL.test(text) && !BARE_NUMBER.test(text)) return JSON.parse(text) as Json;
  try {
    return (JSON.parse as ParseWithSource)(text, (_, value, { source }) =>
      typeof value === "number" && source !== undefined ? exactNumber(source) : value,
    ) as ExactJson;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new SyntaxError("it is nested too deep", { cause: error });
  }
}

/** Tells an object from the other shapes; a number's text is none. */
export function isExactObject(value: ExactJson | undefined): value is ExactObject {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof NumberText)
  );
}

/** How a number is spelled that no double holds. */
export type SpellNumber = (value: bigint | NumberText) => string;

const spellExactly: SpellNumber = (value) =>
  typeof value === "bigint" ? value.toString() : canonicalNumber(value.text);

/**
 * As the double that is nearest, which is what RFC 8785 knows of it; beyond all doubles exactly.
 */
export const spellAsDouble: SpellNumber = (value) => {
  const double = Number(typeof value === "bigint" ? value : value.text);
  return Number.isFinite(double) ? JSON.stringify(double) : spellExactly(value);
};

/** `canonicalJson` (RFC 8785), and the numbers that it would round in all their digits. */
export function canonicalExact(value: ExactJson, spell: SpellNumber = spellExactly): string {
  if (typeof value === "bigint" || value instanceof NumberText) return spell(value);
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) {
    const items = value as readonly ExactJson[];
    return `[${items.map((each) => canonicalExact(each, spell)).join(",")}]`;
  }
  const object = value as ExactObject;
  const members = Object.keys(object)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalExact(object[key] ?? null, spell)}`);
  return `{${members.join(",")}}`;
}

/** Holds it numbers that no double holds? */
export function isBeyondDoubles(value: ExactJson): boolean {
  if (typeof value !== "object" || value === null) return typeof value === "bigint";
  if (value instanceof NumberText) return true;
  return Object.values(value as ExactObject).some(isBeyondDoubles);
}

/** The same with the nearest doubles, for those who know no others. */
export function roundedJson(value: ExactJson): Json {
  return isBeyondDoubles(value)
    ? (JSON.parse(canonicalExact(value, spellAsDouble)) as Json)
    : (value as Json);
}
