import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { canonicalJson, type Json } from "../../../core/json.ts";
import { SEED } from "../../../../test/support/seed.ts";
import { canonicalNumber, NumberText } from "../../../core/json-number.ts";
import { canonicalLossless, parseLossless, type LosslessValue } from "./lossless.ts";

/** What JSON.parse would have given. */
function plain(value: LosslessValue): unknown {
  if (value instanceof NumberText) return Number(value.text);
  if (Array.isArray(value)) return value.map(plain);
  if (!(value instanceof Map)) return value;
  return Object.fromEntries([...value].map(([key, each]) => [key, plain(each)]));
}

function canonical(text: string): string {
  const value = parseLossless(Buffer.from(text));
  assert.ok(value !== undefined, text);
  return canonicalLossless(value);
}

describe("a document with its numbers as text", () => {
  it(`holds what JSON.parse finds (SEED=${SEED})`, () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        const parsed = parseLossless(Buffer.from(text));
        assert.ok(parsed !== undefined);
        assert.deepEqual(plain(parsed), JSON.parse(text));
      }),
      { seed: SEED },
    );
  });

  it("rounds no number", () => {
    const value = parseLossless(Buffer.from('{"a":12345678901234567890.10}')) as Map<
      string,
      unknown
    >;
    assert.deepEqual(value.get("a"), new NumberText("12345678901234567890.10"));
  });

  it("is undefined where there is no sound document", () => {
    for (const text of ["", "[1,", "{} {}", "nul"]) {
      assert.equal(parseLossless(Buffer.from(text)), undefined, text);
    }
  });

  it("keeps the last of two values, as JSON.parse does, and a key named __proto__", () => {
    assert.equal(canonical('{"a":1,"a":2}'), '{"a":2}');
    assert.equal(canonical('{"__proto__":1}'), '{"__proto__":1}');
  });

  it("has one text for one content, however it is written", () => {
    assert.equal(
      canonical('{ "b":1.50, "a":[1E2,-0] }'),
      canonical('{"a":[100,0],"\\u0062":15e-1}'),
    );
    assert.notEqual(canonical("12345678901234567890"), canonical("12345678901234567891"));
    assert.equal(canonical("[".repeat(100_000) + "]".repeat(100_000)).length, 200_000);
  });

  it(`writes all but numbers as RFC 8785 does (SEED=${SEED})`, () => {
    const withoutNumbers = fc.letrec<{ value: Json }>((tie) => ({
      value: fc.oneof(
        { depthSize: "small" },
        fc.constantFrom(null, true, false),
        fc.string({ unit: "binary" }),
        fc.array(tie("value")),
        fc.dictionary(fc.string({ unit: "binary" }), tie("value")),
      ),
    })).value;
    fc.assert(
      fc.property(withoutNumbers, (value) => {
        assert.equal(canonical(JSON.stringify(value)), canonicalJson(value));
      }),
      { seed: SEED },
    );
  });
});

describe("a number's one spelling", () => {
  it("depends on its value alone", () => {
    const same = ["1500", "1.5e3", "15E2", "1500.000", "0.15e+4", "150000e-2"];
    assert.deepEqual(new Set(same.map(canonicalNumber)), new Set(["15e2"]));
    assert.deepEqual(["0", "-0.0", "0e9"].map(canonicalNumber), ["0", "0", "0"]);
    assert.equal(canonicalNumber("-42"), "-42");
  });

  it(`is the same for what floating point shows as the same (SEED=${SEED})`, () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const spelling = canonicalNumber(JSON.stringify(value));
        assert.equal(Number(spelling), value === 0 ? 0 : value);
        assert.equal(canonicalNumber(value.toExponential()), spelling);
      }),
      { seed: SEED },
    );
  });
});
