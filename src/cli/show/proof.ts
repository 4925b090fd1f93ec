import type { Json } from "../../core/json.ts";
import { keyText } from "../../core/text.ts";
import type { Proof, ProofCollection } from "../../receipts/proof.ts";
import type { Style } from "./style.ts";
import { count, counted, safe } from "./text.ts";

export { keyText };

/** So many keys of a list stand on a screen; the document has more, its file all. */
const KEYS_SHOWN = 10;

/** One sentence when it is equal; else every difference, collection by collection. */
export function proofLines(proof: Proof, style: Style): readonly string[] {
  if (proof.equal) return [equalLine(proof, style)];
  return [
    style.paint("bad", `unequal: ${safe(proof.store)} differs from what was sealed`),
    ...proof.collections.flatMap((each) => collectionLines(each)),
    ...schemaLines(proof),
    ...referenceLines(proof),
    ...proof.rules
      .filter(({ breaches }) => breaches > 0)
      .map(({ name, breaches }) => `  rule ${safe(name)}: breached by ${counted(breaches, "row")}`),
  ];
}

function equalLine(proof: Proof, style: Style): string {
  const rows = proof.collections.reduce((sum, { expected }) => sum + (expected?.count ?? 0), 0);
  const what = `${counted(proof.collections.length, "collection")}, ${counted(rows, "row")}`;
  if (proof.documentsTotal !== undefined) return documentsLine(proof, style);
  if (proof.basis === "merge") {
    const { restored, newer } = proof.origins;
    const merged = `${what}; ${count(restored)} put back, ${count(newer)} newer than the snapshot; level ${proof.level}`;
    return `${style.paint("good", "equal")}: ${safe(proof.store)} holds all that the snapshot had, and what is newer (${merged})`;
  }
  const how = proof.level === "none" ? "the same under logical types as" : "exactly what";
  return `${style.paint("good", "equal")}: ${safe(proof.store)} holds ${how} was sealed (${what}; level ${proof.level})`;
}

function documentsLine({ store, origins, level }: Proof, style: Style): string {
  const { unchanged, repaired, restored, newer, lost } = origins;
  const told = `${count(repaired)} repaired, ${count(restored)} restored, ${count(lost)} lost`;
  const others = newer === 0 ? "" : `, ${counted(newer, "file")} newer`;
  const what = `${counted(unchanged, "document")} unchanged, ${told}${others}; level ${level}`;
  return `${style.paint("good", "equal")}: ${safe(store)} holds what it did, mended (${what})`;
}

function collectionLines(collection: ProofCollection): readonly string[] {
  const { name, expected, actual, missing, extra, changed, total } = collection;
  if (expected === null) return [`  ${safe(name)}: not expected, has ${rowsOf(actual)}`];
  if (actual === null) return [`  ${safe(name)}: gone, had ${rowsOf(expected)}`];
  if (expected.digest === actual.digest) return [];
  return [
    `  ${safe(name)}: expected ${rowsOf(expected)}, has ${count(actual.count)}`,
    ...collection.ranges.map(
      ({ after, upTo }) => `    differs between ${end(after, "start")} and ${end(upTo, "end")}`,
    ),
    ...keyLines("missing", missing, total.missing),
    ...keyLines("extra", extra, total.extra),
    ...keyLines("changed", changed, total.changed),
    ...(collection.file === null ? [] : [`    all keys: ${safe(collection.file)}`]),
  ];
}

function rowsOf(side: { readonly count: number } | null): string {
  return counted(side?.count ?? 0, "row");
}

function end(key: Json, open: string): string {
  return key === null ? `the ${open}` : keyText(key);
}

function keyLines(word: string, keys: readonly Json[], total: number): readonly string[] {
  if (total === 0) return [];
  const shown = keys.slice(0, KEYS_SHOWN).map((key) => `      ${keyText(key)}`);
  const more = total - shown.length;
  return [
    `    ${word}: ${count(total)}`,
    ...shown,
    ...(more > 0 ? [`      and ${count(more)} more`] : []),
  ];
}

function schemaLines({ schema }: Proof): readonly string[] {
  return [
    ...schema.missing.map((element) => `  schema: ${safe(element)} is gone`),
    ...schema.extra.map((element) => `  schema: ${safe(element)} is new`),
    ...schema.changed.map(
      ({ element, differs }) => `  schema: ${safe(element)} differs: ${safe(differs.join(", "))}`,
    ),
  ];
}

function referenceLines({ references }: Proof): readonly string[] {
  return references
    .filter(({ expected, actual }) => expected !== actual)
    .map(({ from, to, expected, actual }) => {
      const counts = `${orphans(actual)} pointing nowhere, expected ${orphans(expected)}`;
      return `  ${safe(from)} -> ${safe(to)}: ${counts}`;
    });
}

function orphans(value: number | null): string {
  return value === null ? "unknown" : counted(value, "row");
}
