import type { Random } from "./random.ts";

const WORDS = [
  "Müller",
  "Straße 5",
  "a, b",
  "x{y}",
  'say "no"',
  "C:\\temp",
  "日本",
  "naïve",
  "",
  "ok",
];
const KEYS = ["id", "name", "items", "note", "amount", "tags", "größe", "a/b", "parent", "at"];
const NUMBERS = ["0", "-1", "12.50", "1e5", "12345678901234567890", "0.1", "42", "-0.0", "2E-7"];

/** A small document as text, with numbers that a reader in floating point would change. */
export function randomDocument(random: Random, depth = 4): string {
  const space = random.pick(["", "", " ", "\n  "]);
  return randomValue(random, depth, space);
}

function randomValue(random: Random, depth: number, space: string): string {
  const kind = depth === 0 ? random.below(5) : random.below(9);
  if (kind === 0) return random.pick(["true", "false", "null"]);
  if (kind <= 2) return random.pick(NUMBERS);
  if (kind <= 4) return JSON.stringify(random.pick(WORDS));
  const count = random.below(5);
  const value = (): string => randomValue(random, depth - 1, space);
  if (kind <= 6) {
    const items = Array.from({ length: count }, value);
    return `[${items.join(`,${space}`)}]`;
  }
  const keys = new Set(Array.from({ length: count }, () => random.pick(KEYS)));
  const members = [...keys].map((key) => `${space}${JSON.stringify(key)}:${space}${value()}`);
  return `{${members.join(",")}}`;
}

/** Records that look alike, each with lists of smaller ones that look a little like them. */
export function randomRecords(random: Random, count: number): string[] {
  return Array.from({ length: count }, (_, id) =>
    JSON.stringify({
      id,
      name: random.pick(WORDS),
      items: Array.from({ length: random.below(4) }, () => ({ id: random.below(9), q: 2.5 })),
      note: random.pick(WORDS),
      parent: random.below(2) === 0 ? null : { id: random.below(count), name: "x" },
    }),
  );
}

/** The kinds of damage that a document can take. */
const MUTATIONS: readonly ((bytes: Buffer, random: Random) => Buffer)[] = [
  flipBit,
  flipBit,
  (bytes, random) => spliced(bytes, at(bytes, random), 1, random.bytes(1)),
  (bytes, random) => spliced(bytes, at(bytes, random), 1 + random.below(20), Buffer.alloc(0)),
  (bytes, random) => spliced(bytes, at(bytes, random), 0, structure(random)),
  (bytes, random) => spliced(bytes, at(bytes, random), 1, structure(random)),
  (bytes, random) => bytes.subarray(0, at(bytes, random)),
  (bytes, random) => spliced(bytes, at(bytes, random), 8, Buffer.alloc(random.below(16))),
  (bytes, random) => spliced(bytes, at(bytes, random), 4, random.bytes(random.below(8))),
  (bytes, random) => Buffer.concat([bytes, bytes.subarray(at(bytes, random))]),
  (bytes, random) => Buffer.concat([bytes, Buffer.alloc(random.below(9))]),
  (bytes) => Buffer.from(bytes.toString("latin1")),
  (bytes) => Buffer.from(`\ufeff${bytes.toString()}`, "utf16le"),
  (bytes) => Buffer.from(bytes.toString(), "latin1"),
];

/** One more damage; never in place. */
export function mutated(bytes: Buffer, random: Random): Buffer {
  return random.pick(MUTATIONS)(bytes, random);
}

/** One bit of one byte, flipped. */
export function flipBit(bytes: Buffer, random: Random): Buffer {
  if (bytes.length === 0) return bytes;
  const copy = Buffer.from(bytes);
  const place = random.below(bytes.length);
  copy[place] = (copy[place] ?? 0) ^ (1 << random.below(8));
  return copy;
}

function at(bytes: Buffer, random: Random): number {
  return random.below(bytes.length + 1);
}

function structure(random: Random): Buffer {
  return Buffer.from(random.pick(Array.from('{}[],:"\\ \n')));
}

function spliced(bytes: Buffer, place: number, removed: number, inserted: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, place), inserted, bytes.subarray(place + removed)]);
}

/** What JSON.parse says: whether the bytes are JSON by RFC 8259. */
export function isJsonToTheEngine(bytes: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
    return true;
  } catch {
    return false;
  }
}

/** The tokens of sound JSON, read by a pattern: a second opinion to the reader under test. */
export function tokensOf(text: string): string[] {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null/gs) ?? [];
  return tokens.map((token) => (token.startsWith('"') ? token.slice(1, -1) : token));
}
