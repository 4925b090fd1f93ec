import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { checkJson } from "../json/check.ts";
import { detectPatterns } from "./patterns.ts";

function patternsOf(text: string | Uint8Array): string[] {
  const bytes = Buffer.from(text);
  return detectPatterns(bytes, checkJson(bytes)).map(
    ({ name, at, count }) => `${name} ${at} ${count}`,
  );
}

describe("the patterns of corruption", () => {
  it("are none in a sound document, whatever its language", () => {
    for (const text of ['{"a":"Müller – €"}', '["日本","Ñandú","ÃO"]', "[]"]) {
      assert.deepEqual(patternsOf(text), [], text);
    }
  });

  it("tell text that was decoded twice, and characters that were replaced", () => {
    assert.deepEqual(patternsOf('["MÃ¼ller","für"]'), ["double-decoding 3 1"]);
    assert.deepEqual(patternsOf('["M\ufffdller","\\uFFFD"]'), ["replacement-characters 3 2"]);
  });

  it("tell zeros and binary content in text", () => {
    assert.deepEqual(patternsOf('{"a":"\0\0\0"}'), ["zero-bytes 6 3"]);
    assert.deepEqual(patternsOf(Buffer.from('{"a":"x\u0001\u0002"}')), ["binary 7 2"]);
    assert.deepEqual(patternsOf(Buffer.from([0x22, 0xff, 0xfe, 0x22])), ["binary 1 2"]);
  });

  it("tell a merge that was never finished, and no line that only looks so", () => {
    const merge = '{\n<<<<<<< HEAD\n"a":1\n=======\n"a":2\n>>>>>>> b\n}\n';
    assert.deepEqual(patternsOf(merge), ["conflict-markers 2 1"]);
    assert.deepEqual(patternsOf('["<<<<<<< >>>>>>>"'), ["truncation 18 1"]);
  });

  it("tell how a document ends that does not end well", () => {
    assert.deepEqual(patternsOf('{"a":1,"b":[2,'), ["truncation 13 1"]);
    assert.deepEqual(patternsOf(`["${"x".repeat(700)}`.slice(0, 512)), ["cut-by-crash 256 1"]);
    assert.deepEqual(patternsOf('{"a":1}{"a":2}\n'), ["two-documents 7 1"]);
    assert.deepEqual(patternsOf('{"a":1}\nd":3}'), ["older-tail 7 1"]);
  });

  it("show at most 256 bytes of evidence", () => {
    const bytes = Buffer.from(`["${"Ã¼".repeat(500)}"]`);
    const [pattern] = detectPatterns(bytes, checkJson(bytes));
    assert.ok(pattern !== undefined && Buffer.byteLength(pattern.evidence) <= 256);
    assert.match(pattern.evidence, /^(Ã¼)+/);
  });
});
