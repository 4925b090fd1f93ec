import { createHash } from "node:crypto";

import type { JsonObject } from "../../../src/core/json.ts";
import type { Content, Part } from "../../../src/stores/types.ts";
import { flipBit } from "../../support/json-documents.ts";
import type { Random } from "../../support/random.ts";

/** A part of a content, held as bytes. */
export interface HeldPart {
  readonly name: string;
  readonly size: number | null;
  readonly attributes: JsonObject;
  readonly bytes: Buffer;
}

/** Takes the parts of an image as a repository would. */
export async function holdParts(content: Content, signal: AbortSignal): Promise<HeldPart[]> {
  const held: HeldPart[] = [];
  for await (const { name, size, attributes, open } of content.parts(signal)) {
    const portions = await Array.fromAsync(open(signal), (bytes) => Buffer.from(bytes));
    held.push({ name, size, attributes, bytes: Buffer.concat(portions) });
  }
  return held;
}

/** A content of such parts, in portions that nobody has chosen well. */
export function contentOf(parts: readonly HeldPart[], portion = 65_536): Content {
  return {
    description: { engine: "files" },
    async *parts() {
      for (const part of parts) yield partOf(part, portion);
    },
  };
}

function partOf({ bytes, ...part }: HeldPart, portion: number): Part {
  return {
    ...part,
    pages: null,
    async *open() {
      for (let at = 0; at < bytes.length; at += portion) yield bytes.subarray(at, at + portion);
    },
  };
}

const EMPTY = createHash("sha256").digest("hex");

/** Paths that lead out of a tree, or nowhere, or into what was not meant. `site`: what lies above. */
function evilPath(random: Random, lines: readonly JsonObject[], site: string): unknown {
  const other = lines.length === 0 ? "" : random.pick(lines)["path"];
  const text = typeof other === "string" ? other : "a";
  return random.pick<unknown>([
    "../victim",
    "../outside/precious",
    "a/../../victim",
    `${site}/victim`,
    `${site}/outside/precious`,
    "",
    ".",
    "..",
    "/",
    "a//b",
    "a/",
    "a/.",
    "a\0b",
    "x".repeat(256),
    "y/".repeat(3_000),
    { $bytes: Buffer.from("../victim").toString("base64") },
    { $bytes: Buffer.from("..").toString("base64") },
    { $bytes: Buffer.from("a\0b").toString("base64") },
    { $bytes: "!!!" },
    { $bytes: 5 },
    7,
    null,
    [],
    "\ud800",
    text,
    `${text}/below`,
    `${text}/../victim`,
    `${text}/`,
  ]);
}

type Change = (
  line: JsonObject,
  random: Random,
  all: readonly JsonObject[],
  site: string,
) => object;

const CHANGES: readonly Change[] = [
  (line, random, all, site) => ({ ...line, path: evilPath(random, all, site) }),
  (line, random, all, site) => ({ ...line, path: evilPath(random, all, site) }),
  (line, random, all, site) => ({ ...line, link: evilPath(random, all, site) }),
  (line, random, all, site) => ({ ...line, hardlink: evilPath(random, all, site) }),
  (line, random) => ({
    ...line,
    kind: random.pick(["file", "folder", "link", "device", "", null, 5]),
  }),
  (line, random, all, site) => ({ ...line, kind: "link", link: evilPath(random, all, site) }),
  (line, random) => ({
    ...line,
    size: random.pick([-1, 0, 1, 1.5, 2 ** 53, 2 ** 53 - 1, 2 ** 40, 1e300, "5", null, 4_096]),
  }),
  (line, random) => ({
    ...line,
    sha256: random.pick([EMPTY, EMPTY.toUpperCase(), "a".repeat(64), "", null, 5]),
  }),
  (line, random) => ({
    ...line,
    mode: random.pick([-1, 0, 0o7777, 0o10000, 1e10, 1.5, "755", null]),
  }),
  (line, random) => ({
    ...line,
    [random.pick(["uid", "gid"])]: random.pick([-1, 0, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, "0"]),
  }),
  (line, random) => ({
    ...line,
    mtime: random.pick(["", "9".repeat(20), `-${"9".repeat(20)}`, "1e9", "0x5", 5, null, "-0"]),
  }),
  (line) => ({ ...line, sparse: true }),
  (line, random) =>
    Object.fromEntries(
      Object.entries(line).filter(([name]) => name !== random.pick(Object.keys(line))),
    ),
  (line, random) => Object.fromEntries(Object.entries(line).toSorted(() => random.below(3) - 1)),
];

/** Lines of text that are no entries. */
const NONSENSE = [
  "",
  "{}",
  "null",
  "[1]",
  "not JSON",
  "[".repeat(50_000),
  "\ufeff{}",
  '{"path":"a"}',
];

/** Changes what a content says of its entries, in one to three places. */
function hurtLines(lines: readonly string[], random: Random, site: string): string[] {
  const parsed = lines.map((line) => JSON.parse(line) as JsonObject);
  const result = [...lines];
  for (let count = 1 + random.below(3); count > 0; count -= 1) {
    const at = random.below(result.length + 1);
    const kind = random.below(12);
    if (kind < 6) {
      const line = parsed[at];
      if (line !== undefined) {
        result[at] = JSON.stringify(random.pick(CHANGES)(line, random, parsed, site));
      }
    } else if (kind < 8) result.splice(at, 0, ...linkAndBelow(random, parsed, site));
    else if (kind === 8) result.splice(at, 0, result[random.below(result.length)] ?? "");
    else if (kind === 9) result.splice(at, 1);
    else if (kind === 10) result.splice(at, 0, random.pick(NONSENSE));
    else result.push(...result.splice(at, 1));
  }
  return result;
}

/** A link, and something that would be written through it. */
function linkAndBelow(random: Random, all: readonly JsonObject[], site: string): readonly string[] {
  const facts = { mode: 0o644, uid: 0, gid: 0, mtime: "0" };
  const path = random.pick(["zz", "link", "a"]);
  const link = random.pick(["../outside", `${site}/outside`, ".", "..", "/"]);
  const file = { ...facts, kind: "file", size: 0, sha256: EMPTY };
  const below = random.pick<object>([
    { ...file, path: `${path}/victim` },
    { ...file, path: `${path}/precious` },
    { ...facts, path: `${path}/victim`, kind: "folder" },
    { ...file, path: "zzz", hardlink: `${path}/precious` },
    { ...file, path },
    { ...file, path: evilPath(random, all, site) },
  ]);
  const first = random.pick<object>([
    { ...facts, path, kind: "link", link },
    { ...facts, path, kind: "link", link },
    { ...facts, path, kind: "folder" },
    { ...file, path },
  ]);
  return [first, below].map((line) => JSON.stringify(line));
}

/** Parts of which something is not as it was written, by damage or on purpose. */
export function hurtParts(parts: readonly HeldPart[], random: Random, site: string): HeldPart[] {
  const [entries, ...contents] = parts;
  if (entries === undefined) return [];
  const kind = random.below(10);
  if (kind < 7) {
    const lines = entries.bytes.toString().split("\n").slice(0, -1);
    const end = random.below(12) === 0 ? random.pick(["", "\r\n", "\n\n"]) : "\n";
    const text = hurtLines(lines, random, site).join("\n") + end;
    return [held(entries, Buffer.from(text)), ...contents];
  }
  if (kind === 7) return [held(entries, hurtBytes(entries.bytes, random)), ...contents];
  const at = random.below(parts.length);
  const part = parts[at] ?? entries;
  const others = parts.filter((each) => each !== part);
  return random.pick<() => HeldPart[]>([
    () => others,
    () => [...parts, part],
    () => [...others, part],
    () => parts.with(at, held(part, hurtBytes(part.bytes, random))),
    () => parts.with(at, held(part, hurtBytes(part.bytes, random))),
    () => parts.with(at, { ...part, name: random.pick(["", "entries", "../victim", "content"]) }),
    () => parts.with(at, { ...part, size: random.pick([null, 0, -1, 1, 2 ** 53 - 1, NaN]) }),
  ])();
}

function held(part: HeldPart, bytes: Buffer): HeldPart {
  return { ...part, bytes, size: part.size === null ? null : bytes.length };
}

function hurtBytes(bytes: Buffer, random: Random): Buffer {
  const at = random.below(bytes.length + 1);
  return random.pick<() => Buffer>([
    () => flipBit(bytes, random),
    () => Buffer.concat([bytes.subarray(0, at), random.bytes(3), bytes.subarray(at)]),
    () => bytes.subarray(0, at),
    () => Buffer.concat([bytes, bytes.subarray(at)]),
    () => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(9))]),
  ])();
}
