import assert from "node:assert/strict";
import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";

import type { Inspection, InspectionKind, Specimen } from "../types.ts";
import { sampleStore, type Sample } from "./samples.ts";

// Goal: a document of any kind ends with the right verdict, and none keeps the others from theirs.
// Method: one folder with all of them, looked at as an operator would, and sealed, and asked.

const signal = AbortSignal.timeout(60_000);
const PACKAGE = join(import.meta.dirname, "../../../package.json");

const deep = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);
const manyKeys = (count: number): string =>
  `{${Array.from({ length: count }, (_, at) => `"key ${at}": ${at}`).join(",")}}`;

/** What is in each document, and what an audit says of it. */
const DOCUMENTS: Readonly<Record<string, readonly [content: string | Buffer, ...codes: string[]]>> =
  {
    "locale-de": [
      '{"greeting": "Grüß Gott, {name}", "plural": {"one": "# Tag", "other": "# Tage"}}',
    ],
    "locale-ja": ['{"greeting": "こんにちは", "emoji": "😀", "rtl": "שלום"}'],
    "many-keys": [manyKeys(50_000)],
    escapes: [String.raw`{"all": "\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00", "\u006b": 1}`],
    "zero-in-text": [String.raw`{"nul": "\u0000"}`],
    "escaped-twice": [String.raw`{"key": 1, "\u006bey": 2}`, "duplicate-key"],
    "half-a-pair": [String.raw`{"text": "\ud83d"}`, "lone-surrogate"],
    "bad-escape": [String.raw`{"text": "\x41"}`, "bad-escape"],
    "raw-tab": ['{"text": "a\tb"}', "control-character"],
    "deep-499": [deep(499)],
    "deep-100000": [deep(100_000), "too-deep"],
    "deep-open": ["[".repeat(100_000), "too-deep", "truncated"],
    "deep-objects": [`${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`, "too-deep"],
    "deep-rounded": [
      `${'{"a":'.repeat(50_000)}9007199254740993${"}".repeat(50_000)}`,
      "number-precision",
      "too-deep",
    ],
    "deep-repeated": [`{"a":1,"a":${deep(50_000)}}`, "duplicate-key", "too-deep"],
    "integer-exact": ['{"id": 9007199254740991}'],
    "integer-rounded": ['{"id": 9007199254740993}', "number-precision"],
    "million-digits": [`[1${"0".repeat(1_000_000)}]`, "number-range"],
    "exponent-range": ['{"n": 1e400}', "number-range"],
    "leading-zero": ['{"n": 007}', "bad-number"],
    "not-a-number": ['{"n": NaN}', "bad-literal"],
    "trailing-comma": ['{"n": [1,]}', "unexpected-byte"],
    comment: ['// settings\n{"n": 1}', "unexpected-byte"],
    "mark-alone": [Buffer.from([0xef, 0xbb, 0xbf]), "bom", "empty"],
    "mark-before": [Buffer.from('\u{FEFF}{"n": 1}'), "bom"],
    "utf-16-le": [Buffer.from('{"n": "text"}', "utf16le"), "utf-16"],
    "utf-16-mark": [Buffer.from('\u{FEFF}{"n": "text"}', "utf16le"), "utf-16"],
    "utf-16-be": [Buffer.from('\u{FEFF}{"n": "text"}', "utf16le").swap16(), "utf-16"],
    "utf-32": [Buffer.from([0xff, 0xfe, 0, 0, 0x7b, 0, 0, 0, 0x7d, 0, 0, 0]), "utf-32"],
    "latin-1": [Buffer.from('{"name": "Müller"}', "latin1"), "not-utf8"],
    "overlong-slash": [Buffer.from('{"path": "\xc0\xaf"}', "latin1"), "not-utf8"],
    "surrogate-bytes": [Buffer.from('{"half": "\xed\xa0\x80"}', "latin1"), "not-utf8"],
    "beyond-unicode": [Buffer.from('{"far": "\xf4\x90\x80\x80"}', "latin1"), "not-utf8"],
    "character-cut": [Buffer.from('{"cut": "\xe2\x82"}', "latin1"), "not-utf8"],
    zeros: [Buffer.alloc(4096), "unexpected-byte"],
    blank: [" \n\t ", "empty"],
  };

describe("a document of any kind", () => {
  it("ends with the right verdict of an audit, and is sealed and asked with the rest", async () => {
    await using sample = await folderOfAll();
    await using specimen = await sample.live.hold(signal);
    const { observations, files, checked } = await look(specimen, "audit");
    assert.equal(checked, Object.keys(DOCUMENTS).length + 1);
    for (const [name, [, ...expected]] of Object.entries(DOCUMENTS)) {
      const path = `any/${name}.json`;
      const found = observations
        .filter(
          ({ code, location }) => code.startsWith("documents.json.") && location.file === path,
        )
        .map(({ code }) => code.replace("documents.json.", ""));
      assert.deepEqual(found.toSorted(), expected.toSorted(), name);
      const isSound = expected.every((code) => READABLE.has(code));
      assert.equal(files.find((file) => file.path.endsWith(path))?.valid, isSound, name);
    }
    assert.ok(specimen.image !== null);
    const { receipt } = await specimen.image.seal({ portable: true }, signal);
    assert.equal(receipt.collections["any"]?.count, checked);
    const answer = await specimen.image.query(COUNT, signal);
    assert.deepEqual(answer.rows, [{ sound: soundCount() }]);
  });

  it("keeps no look from its end", async () => {
    await using sample = await folderOfAll();
    await using specimen = await sample.live.hold(signal);
    for (const kind of ["integrity", "scan"] as const) {
      const { complete, checked } = await look(specimen, kind);
      assert.ok(complete && checked > 0, kind);
    }
  });
});

/** What is JSON all the same. */
const READABLE: ReadonlySet<string> = new Set([
  "duplicate-key",
  "lone-surrogate",
  "number-precision",
  "number-range",
  "too-deep",
]);

const COUNT = {
  text: `SELECT count(*) AS sound FROM "any"`,
  timeoutMs: 30_000,
  rowsMax: 10,
  bytesMax: 10_000,
};

/** A mark at the beginning keeps nobody from reading the rest. */
function soundCount(): number {
  const all = Object.values(DOCUMENTS).map(([, ...codes]) => codes);
  const isRead = (codes: readonly string[]): boolean =>
    codes.every((code) => READABLE.has(code) || (code === "bom" && codes.length === 1));
  return all.filter(isRead).length + 1;
}

async function folderOfAll(): Promise<Sample> {
  const options = { collections: { any: { files: "any/*.json", form: "document" } } };
  const sample = await sampleStore(options, null);
  await mkdir(join(sample.path, "any"), { recursive: true });
  await cp(PACKAGE, join(sample.path, "any/package.json"));
  for (const [name, [content]] of Object.entries(DOCUMENTS))
    await writeFile(join(sample.path, `any/${name}.json`), content);
  return sample;
}

function look(specimen: Specimen, kind: InspectionKind): Promise<Inspection> {
  return specimen.inspect(kind, signal);
}
