import assert from "node:assert/strict";

import { canonicalLossless, parseLossless } from "../../../src/stores/documents/json/lossless.ts";
import type { Mended } from "../../../src/stores/mended.ts";
import { isJsonToTheEngine, tokensOf } from "../../support/json-documents.ts";
import type { Files } from "./grow.ts";

/** What a store held to begin with, when it was damaged and when it was mended, and what was told. */
export interface Given {
  readonly files: Files;
  readonly hurt: Files;
  readonly now: Files;
  readonly mended: Mended;
  /** What a snapshot has, if there is one. */
  readonly copies: Files;
  readonly takeOut: boolean;
}

/** Files of a store that JSON.parse, or what is said of them, calls wrong; and why. */
export function brokenFiles(files: Files): ReadonlyMap<string, string> {
  const broken = new Map<string, string>();
  for (const [path, bytes] of files) {
    const why = isCovered(path) ? faultOf(path, bytes) : null;
    if (why !== null) broken.set(path, why);
  }
  for (const path of ["people.json", "log.jsonl", "settings.json", "meta.json"]) {
    const isThere =
      files.has(path) || files.has(`${path} (a folder)`) || files.has(`${path} (a link)`);
    if (!isThere) broken.set(path, "it is missing");
  }
  return broken;
}

const NAMED: ReadonlySet<string> = new Set([
  "people.json",
  "log.jsonl",
  "settings.json",
  "meta.json",
]);

function isCovered(path: string): boolean {
  return NAMED.has(path) || /^items\/(?!\.)[^/]*\.json$/.test(path);
}

/** Null for what nobody can find fault with who does not know what it was. */
function faultOf(path: string, bytes: Buffer): string | null {
  if (path === "log.jsonl") {
    const lines = bytes.toString("latin1").split("\n");
    const bad = lines.find(
      (line) => line.trim() !== "" && !isJsonToTheEngine(Buffer.from(line, "latin1")),
    );
    return bad === undefined ? null : `a line is no JSON: ${bad.slice(0, 80)}`;
  }
  if (!isJsonToTheEngine(bytes)) return `it is no JSON: ${bytes.toString().slice(0, 80)}`;
  const value = JSON.parse(bytes.toString()) as unknown;
  if (!path.startsWith("items/")) return null;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const { id, name, at } = value as Record<string, unknown>;
  if (typeof id !== "string" || !/^I-[0-9]+$/.test(id)) return "its id breaks the schema";
  return typeof name === "string" && typeof at === "string" ? null : "it breaks the schema";
}

/** Judges every file; words for the counts. */
export function judgeMended(given: Given): readonly string[] {
  const { hurt, now, mended } = given;
  const counted: string[] = [];
  for (const path of new Set([...hurt.keys(), ...now.keys()])) {
    const [before, after] = [hurt.get(path), now.get(path)];
    if (before !== undefined && after?.equals(before) === true) continue;
    counted.push(judgeChange(given, path, after));
  }
  for (const { verdict } of mended.documents) counted.push(`documents ${verdict}`);
  return [...counted, mended.lossesTotal > 0 ? "stores with losses" : "stores without loss"];
}

/** A file that mending has changed, made or taken away. */
function judgeChange(given: Given, path: string, after: Buffer | undefined): string {
  const { files, hurt, mended, copies, takeOut } = given;
  const told = mended.documents.filter((each) => each.path === path);
  const original = files.get(path);
  const words = told.map(({ verdict }) => verdict);
  if (original !== undefined && hurt.get(path)?.equals(original) === true) {
    const isDerived = words.length > 0 && words.every((verdict) => verdict === "derived");
    assert.ok(isDerived, `${path} was sound, and is changed: ${words.join(", ")}`);
  }
  if (after === undefined) {
    assert.ok(takeOut, `${path} was taken away`);
    assert.ok(
      mended.losses.some((loss) => loss.path === path),
      `${path} is gone without a word`,
    );
    return "files taken away";
  }
  if (original?.equals(after) === true) return "files as they were";
  if (copies.get(path)?.equals(after) === true) {
    assert.ok(words.includes("restored"), `${path} was restored without a word`);
    return "files as in the copy";
  }
  if (isSameContent(copies.get(path), after)) return "files with the content of the copy";
  assertTokens(given, path, after);
  assertUnhurt(given, path, after);
  const isSpace = told.length === 0 && isOnlyPunctuation(hurt.get(path), after);
  assert.ok(
    words.length > 0 || isSpace,
    `${path} became another one without a word: ${shown(hurt.get(path))} -> ${shown(after)}`,
  );
  return "files as neither was";
}

function shown(bytes: Buffer | undefined): string {
  return JSON.stringify(String(bytes));
}

function isSameContent(a: Buffer | undefined, b: Buffer): boolean {
  const [one, other] = [a ?? Buffer.alloc(0), b].map((bytes) => parseLossless(bytes));
  if (one === undefined || other === undefined) return false;
  return canonicalLossless(one) === canonicalLossless(other);
}

/** Bytes that were separators, and may have become anything. */
const HIT_MAX = 4;

/** A separator, a bracket: no content comes or goes. */
function isOnlyPunctuation(before: Buffer | undefined, after: Buffer): boolean {
  if (before === undefined) return false;
  const [old, rest] = [before, after].map((bytes) =>
    bytes.toString("latin1").replaceAll(/[\s,:[\]{}\0]/g, ""),
  );
  let at = 0;
  for (const character of old ?? "") if (character === rest?.[at]) at += 1;
  return at === rest?.length && (old?.length ?? 0) - at <= HIT_MAX;
}

/** A record that was there as it was stays, byte by byte, or its loss is told. */
function assertUnhurt({ files, hurt, mended }: Given, path: string, after: Buffer): void {
  if (path.startsWith("items/") || path === "meta.json") return;
  if (mended.losses.some((loss) => loss.path === path)) return;
  const before = hurt.get(path) ?? Buffer.alloc(0);
  const lines = (files.get(path) ?? Buffer.alloc(0)).toString().split("\n");
  for (const line of lines.map((each) => each.replace(/,$/, "").trim())) {
    if (line.length < 3 || !before.includes(line)) continue;
    assert.ok(after.includes(line), `${path} had ${line}: ${shown(before)} -> ${shown(after)}`);
  }
}

/** Nothing is in it that was not in the damaged file, in what it was, or in the copy. */
function assertTokens({ files, hurt, copies, now }: Given, path: string, after: Buffer): void {
  // Under another name lies what was in one of the others.
  const own = files.has(path) ? [files.get(path)] : [...files.values()];
  const known = [...own, copies.get(path)].flatMap((bytes) =>
    bytes === undefined ? [] : tokensOf(bytes.toString()),
  );
  const before = hurt.get(path) ?? Buffer.alloc(0);
  const tokens = tokensOf(after.toString());
  const strange = tokens.filter((token) => !known.includes(token) && !isIn(before, token));
  const invented = path === "meta.json" ? strange.filter((each) => !isDerived(each, now)) : strange;
  assert.deepEqual(invented, [], `${path} has got what was nowhere: ${String(after)}`);
}

/** A count of documents, or a time that one of them has. */
function isDerived(token: string, now: Files): boolean {
  return /^\d{1,2}$/.test(token) || [...now.values()].some((bytes) => bytes.includes(token));
}

/** In whichever of the encodings that damage can have left it. */
function isIn(bytes: Buffer, token: string): boolean {
  const spelled = token.replaceAll(/\\\\|\\u00[01][0-9a-f]|\\[bfnrt]/g, (escape) =>
    escape === "\\\\" ? escape : "",
  );
  const once = Buffer.from(bytes.toString(), "latin1").toString();
  const [plain, undone] = [bytes.toString(), once].map((text) => text.replaceAll(/\p{Cc}/gu, ""));
  const texts = [plain ?? "", undone ?? "", bytes.toString("utf16le"), bytes.toString("latin1")];
  const ways = [token, spelled, spelled.replaceAll(/\p{Cc}/gu, "")];
  return token.includes("\ufffd") || texts.some((text) => ways.some((way) => text.includes(way)));
}
