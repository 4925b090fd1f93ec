import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import {
  isJsonToTheEngine,
  mutated,
  randomDocument,
} from "../../../../test/support/json-documents.ts";
import { seededRandom } from "../../../../test/support/random.ts";
import { SEED } from "../../../../test/support/seed.ts";
import { checkJson } from "./check.ts";
import type { JsonFault } from "./faults.ts";

function faultsOf(text: string | Uint8Array): readonly JsonFault[] {
  return checkJson(Buffer.from(text)).faults;
}

function codesOf(text: string | Uint8Array): string[] {
  return faultsOf(text).map(({ code, at }) => `${code} ${at}`);
}

/** Documents that readers are known to disagree on; JSON.parse is the referee. */
const HARD = [
  '""',
  "0",
  "-0",
  "1e1",
  "1E+2",
  "1.5e-3",
  "[]",
  "{}",
  " [ ] ",
  '"\\u0000"',
  '"\u007f"',
  '"\u2028"',
  '["\\ud83d\\ude00"]',
  '{"":0}',
  "[1,[2,[3]]]",
  "\t\r\n1\n",
  '"\\/"',
  "01",
  "-",
  "-01",
  "+1",
  ".5",
  "1.",
  "1.e1",
  "1e",
  "1e+",
  "0x1",
  "1_0",
  "NaN",
  "Infinity",
  "nul",
  "nulll",
  "True",
  "[1,]",
  "[,1]",
  "[1 2]",
  "[",
  "]",
  "{",
  "}",
  "[}",
  "{]",
  '{"a"}',
  '{"a":}',
  '{"a":1,}',
  "{a:1}",
  "{'a':1}",
  '{"a":1 "b":2}',
  "{1:1}",
  '"',
  '"\\',
  '"\\u',
  '"\\u12',
  '"\\u12g4"',
  '"\\x41"',
  '"a\nb"',
  '"a\tb"',
  "",
  " ",
  "\u00a01",
  "\ufeff1",
  "1 2",
  "[1]x",
  "{}{}",
  "//",
  "/**/1",
  "[1]//",
  "'a'",
  "`a`",
  "1\u0000",
  "\u0000",
  "[\u000b1]",
  "-a",
  "--1",
  "1-",
  "1+1",
  "1e1.5",
  "tru e",
  '["a",\n4',
  '{"a":"b"',
  '{"a',
  "[[[[",
  "1e400",
  "truefalse",
  "[1:2]",
  '{"a",1}',
  '{"a"::1}',
  '["\\ud800"]',
  '"\\uD800\\uD800"',
];

describe("a check of a document", () => {
  it("agrees with JSON.parse on documents that readers disagree on", () => {
    const wrong = HARD.filter(
      (text) => checkJson(Buffer.from(text)).valid !== isJsonToTheEngine(Buffer.from(text)),
    );
    assert.deepEqual(wrong, []);
  });

  it(`agrees with JSON.parse on anything that JSON.stringify writes (SEED=${SEED})`, () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom("", " ", "\t"), (value, indent) => {
        assert.ok(checkJson(Buffer.from(JSON.stringify(value, null, indent))).valid);
      }),
      { seed: SEED },
    );
  });

  it(`agrees with JSON.parse on what damage makes of documents (SEED=${SEED})`, () => {
    const verdicts = { valid: 0, invalid: 0 };
    for (let round = 0; round < 4000; round += 1) {
      const random = seededRandom(SEED * 100_000 + round);
      const bytes = mutated(Buffer.from(randomDocument(random)), random);
      const { valid, faults } = checkJson(bytes);
      assert.equal(
        valid,
        isJsonToTheEngine(bytes),
        `round ${round}: ${JSON.stringify(String(bytes))}`,
      );
      if (!valid) assert.ok(faults.length > 0);
      verdicts[valid ? "valid" : "invalid"] += 1;
    }
    assert.ok(verdicts.valid > 100 && verdicts.invalid > 1000, JSON.stringify(verdicts));
  });

  it("tells line, column in characters, pointer and the text around", () => {
    const [fault] = faultsOf('{\n "ü": [1, {"a/b~": "x" "y"}]}');
    assert.deepEqual(fault, {
      code: "unexpected-byte",
      at: 26,
      line: 2,
      column: 24,
      pointer: "/ü/1/a~1b~0",
      around: '{\n "ü": [1, {"a/b~": "x" "y"}]}',
      token: null,
    });
  });

  it("shows at most 80 characters around, and whole ones", () => {
    const [fault] = faultsOf(`["${"ü".repeat(200)}\u0001${"ü".repeat(200)}"]`);
    assert.ok(fault !== undefined && fault.around.length <= 80);
    assert.equal(fault.around.replaceAll("ü", ""), "\u0001");
  });

  it("finds what the grammar allows and readers disagree on", () => {
    assert.deepEqual(codesOf('{"a":1,"b":{"a":1},"\\u0061":2}'), ["duplicate-key 19"]);
    assert.deepEqual(codesOf("[0.1,12345678901234567890,1e999,1.0]"), [
      "number-precision 5",
      "number-range 26",
    ]);
    assert.deepEqual(codesOf('["\\ud83d\\ude00","x\\ud800","\\\\ud800"]'), ["lone-surrogate 18"]);
    assert.deepEqual(codesOf("\ufeff{}"), ["bom 0"]);
    assert.ok(checkJson(Buffer.from('{"a":1,"a":2}')).valid);
  });

  it("finds a key that comes twice among thousands", () => {
    const keys = Array.from({ length: 5000 }, (_, at) => `"k${at}":0`);
    assert.deepEqual(codesOf(`{${keys.join(",")}}`), []);
    const [fault] = faultsOf(`{${keys.join(",")},"k3":1}`);
    assert.equal(fault?.code, "duplicate-key");
    assert.equal(fault.pointer, "/k3");
  });

  it("tells other encodings and bytes that are no text", () => {
    assert.deepEqual(codesOf(Buffer.from('\ufeff{"a":1}', "utf16le")), ["utf-16 0"]);
    assert.deepEqual(codesOf(Buffer.from('{"a":1}', "utf16le")), ["utf-16 0"]);
    assert.deepEqual(codesOf(Buffer.from('{"a":1}', "utf16le").swap16()), ["utf-16 0"]);
    assert.deepEqual(codesOf(Buffer.from('["ä","é"]', "latin1")), ["not-utf8 2"]);
    for (const bad of [
      [0xc0, 0x80],
      [0xed, 0xa0, 0x80],
      [0xf5, 0x80, 0x80, 0x80],
      [0xe2, 0x82],
    ]) {
      const bytes = Buffer.from([0x22, 0xc3, 0xbc, ...bad, 0x22]);
      assert.deepEqual(codesOf(bytes), ["not-utf8 3"], String(bad));
    }
    const long = Buffer.from(`"${"ü€😀".repeat(500)}"`);
    long[2001] = 0xff;
    assert.match(codesOf(long)[0] ?? "", /^not-utf8 (199\d|200[01])$/);
  });

  it("reads 100,000 brackets, and counts what is beyond its limit of faults", () => {
    const deep = "[".repeat(100_000);
    assert.deepEqual(codesOf(deep + "]".repeat(100_000)), ["too-deep 500"]);
    assert.deepEqual(codesOf(deep), ["too-deep 500", "truncated 100000"]);
    const many = checkJson(Buffer.from(`[${"1e999,".repeat(150)}0]`), { faultsMax: 10 });
    assert.equal(many.faults.length, 10);
    assert.equal(many.more, 140);
  });

  it("works with numbers of a million digits", () => {
    assert.deepEqual(codesOf(`[1${"0".repeat(1_000_000)}]`), ["number-range 1"]);
    assert.deepEqual(codesOf(`[1.5${"0".repeat(1_000_000)}]`), []);
    assert.deepEqual(codesOf(`[1e-${"9".repeat(100_000)}]`), ["number-precision 1"]);
  });

  it("tells a second document from other content behind the first", () => {
    assert.deepEqual(codesOf('{"a":1}\n{"a":2}'), ["second-document 8"]);
    assert.deepEqual(codesOf('{"a":1}"b":2}'), ["trailing-content 7"]);
  });
});
