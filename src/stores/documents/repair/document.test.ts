import assert from "node:assert/strict";
import { describe, it } from "node:test";

import {
  isJsonToTheEngine,
  mutated,
  randomDocument,
  tokensOf,
} from "../../../../test/support/json-documents.ts";
import { seededRandom } from "../../../../test/support/random.ts";
import { SEED } from "../../../../test/support/seed.ts";
import { repairDocument } from "./document.ts";
import type { DocumentRepair } from "./types.ts";

function repaired(text: string | Uint8Array): DocumentRepair {
  return repairDocument(Buffer.from(text));
}

/** `verdict: text`, for short. */
function told(text: string | Uint8Array): string {
  const { verdict, bytes } = repaired(text);
  return bytes === null ? verdict : `${verdict}: ${Buffer.from(bytes).toString()}`;
}

function droppedFrom(text: string): string[] {
  return repaired(text).dropped.map((span) => span.text);
}

/** Edits after which the tokens are spelt otherwise. */
const RESPELT = new Set(["double-decoding", "encoding", "control-character", "not-utf8"]);

describe("a repair", () => {
  it("leaves sound documents as they are, byte for byte", () => {
    const bytes = Buffer.from(' {"a":1,"a":12345678901234567890}\n');
    const repair = repairDocument(bytes);
    assert.equal(repair.verdict, "exact");
    assert.equal(repair.bytes, bytes);
    assert.deepEqual(repair.edits, []);
  });

  it("turns encodings back, which is certain", () => {
    assert.equal(told('\ufeff{"a":1}'), 'repaired: {"a":1}');
    assert.equal(told(Buffer.from('\ufeff["ü€😀"]', "utf16le")), 'repaired: ["ü€😀"]');
    assert.equal(told(Buffer.from('["M\u00fcll\u00e9r"]', "latin1")), 'repaired: ["Müllér"]');
  });

  it("does not guess what one byte was that is not UTF-8", () => {
    assert.equal(told(Buffer.from('["Mxller"]').fill(0xfc, 3, 4)), 'partial: ["M\ufffdller"]');
  });

  it("turns text back that was decoded twice or three times, where all of it was", () => {
    const once = Buffer.from('["Müller – 5 € für José"]').toString("latin1");
    assert.equal(told(once), 'repaired: ["Müller – 5 € für José"]');
    assert.equal(told(Buffer.from(once).toString("latin1")), 'repaired: ["Müller – 5 € für José"]');
    assert.equal(told('["MÃ¼ller â€“ â‚¬"]'), 'repaired: ["Müller – €"]');
    for (const text of ['["MÃ¼ller","ü"]', '["ÃÃ"]', '["Ã"]', '["日本"]', '["Straße"]']) {
      assert.equal(told(text), `exact: ${text}`);
    }
    assert.equal(repairDocument(Buffer.from(once), { undoDoubleDecoding: false }).verdict, "exact");
  });

  it("cuts zeros that were never written", () => {
    assert.equal(told('{"a":1}\n\0\0\0\0'), 'repaired: {"a":1}');
    assert.equal(told('{"a":[1,2\0\0\0\0'), 'partial: {"a":[1]}');
    assert.equal(told("12\0\0"), "partial: 12"); // the number may have gone on
    assert.equal(told("\0\0\0\0"), "lost");
  });

  it("adds commas and colons, and takes away what is too much", () => {
    assert.equal(told('{"a":1 "b":2}'), 'repaired: {"a":1, "b":2}');
    assert.equal(told('{"a" 1}'), 'repaired: {"a": 1}');
    assert.equal(told('{"a":[1,],}'), 'repaired: {"a":[1]}');
    assert.equal(told("[1 2]"), "partial: [1, 2]"); // it may have been one number
  });

  it("undoes one bit that fell in the structure", () => {
    assert.equal(told('{"a":"xyz#,"b":1}'), 'repaired: {"a":"xyz","b":1}');
    assert.equal(told('{"a":[1,{"b":true}}}'), 'repaired: {"a":[1,{"b":true}]}');
    assert.equal(told('["a":1}'), 'repaired: {"a":1}');
    assert.equal(told('{"a"z"x"}'), 'repaired: {"a":"x"}');
  });

  it("takes no token that was not there, however jsonrepair would mend it", () => {
    assert.equal(told('{"a":None,"b":2}'), 'partial: {"b":2}');
    assert.equal(told('{"a":,"b":2}'), 'partial: {"b":2}');
    assert.equal(told('{"a":undefined}'), "lost");
    assert.equal(told("{a:1}"), "lost");
    assert.equal(told("hello"), "lost");
  });

  it("closes what was cut off, and drops the member that was begun", () => {
    assert.equal(told('{"a":1,"b":{"c":"x","d":"y'), 'partial: {"a":1,"b":{"c":"x"}}');
    assert.deepEqual(droppedFrom('{"a":1,"b":{"c":"x","d":"y'), [',"d":"y']);
    assert.equal(told('{"a":[1,23'), 'partial: {"a":[1]}'); // 23 may have been 234
    assert.equal(told('{"a":'), "lost");
    assert.equal(told("[".repeat(100_000)), "lost");
  });

  it("drops a damaged member and keeps those around it", () => {
    const text = '{"a":1,"b":{"x":@@@@},"c":[3],"d":4}';
    assert.equal(told(text), 'partial: {"a":1,"c":[3],"d":4}');
    assert.deepEqual(droppedFrom(text), [',"b":{"x":@@@@},']);
  });

  it("cuts what stands behind the end, and names it", () => {
    assert.equal(told('{"a":1}\nld":3,"e":4}'), 'partial: {"a":1}');
    assert.deepEqual(droppedFrom('{"a":1}\nld":3,"e":4}'), ['ld":3,"e":4}']);
    assert.equal(told('{"a":1}{"a":2}'), 'partial: {"a":1}');
    assert.equal(told('{"a":1}\n{ "a":1.0 }'), 'repaired: {"a":1}');
  });

  it("never chooses a side of a merge silently", () => {
    const merge = (ours: string, theirs: string): string =>
      `{\n<<<<<<< HEAD\n${ours}\n=======\n${theirs}\n>>>>>>> other\n}\n`;
    const both = repaired(merge('"a":1', '"a":2'));
    assert.equal(both.verdict, "partial");
    assert.equal(String(both.bytes), '{\n"a":1\n}\n');
    assert.deepEqual(
      both.dropped.map(({ text }) => text),
      ['"a":2\n'],
    );
    assert.match(both.reasons.join(), /ours/);
    assert.equal(told(merge('"a":1,', '"a":2')), 'partial: {\n"a":2\n}\n');
    assert.equal(told(merge('"a":1', '"a": 1.0')), 'repaired: {\n"a":1\n}\n');
  });

  it("writes raw control characters as escapes", () => {
    assert.equal(told('["a\tb\nc"]'), 'repaired: ["a\\tb\\nc"]');
    assert.equal(told('["a\u0001b"]'), 'partial: ["a\\u0001b"]');
    assert.equal(told('["a\0\0b"]'), 'partial: ["ab"]');
  });

  it(`holds only tokens that were there, and says what it did (SEED=${SEED})`, () => {
    const verdicts = { exact: 0, repaired: 0, partial: 0, lost: 0 };
    for (let round = 0; round < 2500; round += 1) {
      const random = seededRandom(SEED * 100_000 + round);
      let bytes = mutated(Buffer.from(randomDocument(random)), random);
      if (random.below(4) === 0) bytes = mutated(bytes, random);
      const { verdict, bytes: result, edits } = repaired(bytes);
      verdicts[verdict] += 1;
      const what = `round ${round}: ${JSON.stringify(String(bytes))} -> ${String(result)}`;
      assert.equal(result === null, verdict === "lost", what);
      assert.equal(edits.length > 0, verdict === "repaired" || verdict === "partial", what);
      if (result === null) continue;
      assert.ok(isJsonToTheEngine(result), what);
      if (!edits.some(({ kind }) => RESPELT.has(kind))) assertHeld(bytes, result, what);
    }
    assert.ok(Math.min(...Object.values(verdicts)) > 100, JSON.stringify(verdicts));
  });

  it("ends soon with documents made to hinder it", () => {
    const rows = [
      "[",
      '{"a":',
      '"\\"',
      '{"a":"\\",',
      ",",
      "['",
      "/*",
      "(",
      '[{"a":1,',
      '"a"+',
      "\\u",
    ];
    for (const row of rows) {
      const { verdict } = repaired(row.repeat(20_000));
      assert.ok(verdict === "lost" || verdict === "partial", row);
    }
  });
});

/** The tokens of the result are in the document, one behind the other. */
function assertHeld(bytes: Buffer, result: Uint8Array, what: string): void {
  let from = 0;
  for (const token of tokensOf(Buffer.from(result).toString())) {
    const found = bytes.indexOf(token, from);
    assert.notEqual(found, -1, `${token} was not there, ${what}`);
    from = found + Buffer.byteLength(token);
  }
}
