import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { SEED } from "../../test/support/seed.ts";
import { canonicalExact, parseExact, roundedJson } from "./exact-json.ts";
import { canonicalJson, type Json } from "./json.ts";
import { canonicalNumber, exactNumber, NumberText } from "./json-number.ts";

const space = fc.stringMatching(/^[ \t\r\n]{0,3}$/);
const number = fc.stringMatching(/^-?(0|[1-9]\d{0,24})(\.\d{1,22})?([eE][+-]?\d{1,3})?$/);

describe("JSON that is read exactly", () => {
  it(`gives every number of a text as it stands there (SEED=${SEED})`, () => {
    const property = fc.property(number, number, space, fc.boolean(), (one, other, gap, isBare) => {
      if (isBare) return assert.equal(said(parseExact(gap + one)), canonicalNumber(one));
      const text = `{"a":${gap}${one}${gap},"b":[${gap}${other},{"c":[${one}${gap},${gap}${other}]}]}`;
      const spelled = canonicalExact(parseExact(text));
      const tokens = spelled.match(/-?\d[-+.\deE]*/g) ?? [];
      const wanted = [one, other, one, other].map(spelt);
      assert.deepEqual(tokens.map(canonicalNumber), wanted);
    });
    fc.assert(property, { seed: SEED, numRuns: 2000 });
  });

  it(`is what JSON.parse gives, where that rounds nothing (SEED=${SEED})`, () => {
    const property = fc.property(fc.json(), (text) => {
      const value = JSON.parse(text) as Json;
      // Digits alone beyond 2^53 are another kind of number.
      if (canonicalJson(value).match(/\d{16}/) !== null) return;
      assert.deepEqual(parseExact(text), value);
      assert.equal(canonicalExact(parseExact(text)), canonicalJson(value));
    });
    fc.assert(property, { seed: SEED, numRuns: 500 });
  });

  it("is rounded for those who know no other numbers", () => {
    const value = parseExact('{"a":[9007199254740993,0.12345678901234567890],"b":1}');
    assert.deepEqual(value, {
      a: [9007199254740993n, new NumberText("0.12345678901234567890")],
      b: 1,
    });
    assert.deepEqual(roundedJson(value), { a: [9007199254740992, 0.12345678901234568], b: 1 });
  });

  it("takes digits that only spell a double for that double", () => {
    assert.equal(exactNumber("0.10000000000000001"), 0.1);
    assert.equal(exactNumber("1e23"), 1e23);
    assert.equal(exactNumber("9007199254740992"), 2n ** 53n);
    assert.deepEqual(exactNumber("0.100000000000000012"), new NumberText("0.100000000000000012"));
    assert.deepEqual(exactNumber("1e400"), new NumberText("1e400"));
  });

  it("is none where it is none, or is too deep", () => {
    assert.throws(() => parseExact('{"a":9007199254740993'), SyntaxError);
    const deep = `${"[".repeat(200_000)}9007199254740993${"]".repeat(200_000)}`;
    assert.throws(() => parseExact(deep), SyntaxError);
  });
});

function said(value: unknown): string {
  return value instanceof NumberText ? canonicalNumber(value.text) : canonicalNumber(String(value));
}

/** The number that it is, or the one that it only spells. */
function spelt(text: string): string {
  const value = exactNumber(text);
  if (typeof value === "number" && canonicalNumber(value.toPrecision(17)) === canonicalNumber(text))
    return canonicalNumber(String(value));
  return canonicalNumber(text);
}
