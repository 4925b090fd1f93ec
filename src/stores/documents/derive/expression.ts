/** What can be derived from a collection. */
export const DERIVATIONS = ["count", "max", "min", "sum"] as const;

/** How a field of a metadata document follows from a collection. */
export interface Derivation {
  readonly what: (typeof DERIVATIONS)[number];
  readonly collection: string;
  /** Counted by the value of the first; of the others, whichever are there. Empty: documents. */
  readonly fields: readonly string[];
}

const EXPRESSION = /^\s*([a-z]+)\s*\(\s*([^,()]+?)\s*(?:,\s*([^,()]+?)\s*)?\)\s*$/;

/** `count(c)`, `count(c, field)`, `max(c, field|other)`, …; null for what is none of them. */
export function parseDerivation(text: string): Derivation | null {
  const [, word = "", collection = "", given] = EXPRESSION.exec(text) ?? [];
  const what = DERIVATIONS.find((each) => each === word);
  if (what === undefined || collection === "") return null;
  const fields = given === undefined ? [] : given.split("|").map((each) => each.trim());
  const isFit = what === "count" ? fields.length <= 1 : fields.length > 0;
  return isFit && fields.every((each) => each !== "") ? { what, collection, fields } : null;
}
