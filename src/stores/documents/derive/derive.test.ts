import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { Json } from "../../../core/json.ts";
import { observe, Observations } from "../findings.ts";
import { canonicalExact, parseExact } from "../values/exact.ts";
import { compareValues } from "../values/order.ts";
import { Aggregator, derivedValue, merged } from "./aggregate.ts";
import { parseDerivation } from "./expression.ts";

const DOCUMENTS: readonly Json[] = [
  { state: "open", amount: "0.10", at: "2025-08-01T00:37:00Z", value: { sum: 0.2 } },
  { state: "done", amount: "0.20", at: "2025-08-01T03:37:00+02:00", value: { sum: 1e21 } },
  { state: "open", amount: null, at: "2025-07-31", value: {} },
];

/** What the documents come to when two threads have read them. */
function derived(text: string): Json {
  const derivation = parseDerivation(text);
  assert.ok(derivation !== null, text);
  const [first, second] = [new Aggregator(derivation), new Aggregator(derivation)];
  DOCUMENTS.forEach((each, at) => (at === 0 ? first : second).add(each));
  return derivedValue(merged(first.result(), second.result(), derivation), derivation);
}

describe("a derivation", () => {
  for (const [text, expected] of [
    ["count(c)", 3],
    ["count(c, state)", { open: 2, done: 1 }],
    ["max(c, at)", "2025-08-01T03:37:00+02:00"],
    ["min(c, at|none)", "2025-07-31"],
    ["sum(c, amount)", "0.3"],
    ["sum( c , value.sum )", "1000000000000000000000.2"],
    ["max(c, none)", null],
  ] as const)
    it(`${text} is ${JSON.stringify(expected)}`, () => assert.deepEqual(derived(text), expected));

  for (const text of [
    "count()",
    "count(c, a|b)",
    "max(c)",
    "average(c, a)",
    "count(c) + 1",
    "sum(c, |)",
  ])
    it(`is not what "${text}" says`, () => assert.equal(parseDerivation(text), null));
});

it("orders dates by their instant, and gives numbers and texts no order", () => {
  assert.equal(compareValues("2025-08-01T03:37:00+02:00", "2025-08-01T00:37:00Z"), 1);
  assert.equal(compareValues("2025-08-01T02:37:00+02:00", "2025-08-01T00:37:00Z"), 0);
  assert.equal(compareValues(1, "2025-08-01"), null);
});

it("writes each number in one way, and rounds none", () => {
  const text = '{"b": [1.0, 1e2, 0.1], "a": 12345678901234567890.50, "c": 1e400}';
  const canonical = '{"a":123456789012345678905e-1,"b":[1,100,0.1],"c":1e400}';
  assert.equal(canonicalExact(parseExact(text)), canonical);
  assert.equal(canonicalExact(parseExact(canonical)), canonical);
});

it("lists ten thousand findings, and then how many more there are", () => {
  const found = new Observations();
  const empty = observe("documents.file.empty", "a.json is empty", { file: "a.json" });
  for (let number = 0; number < 10_002; number++) found.take(empty);
  found.takeAll([], 7);
  const list = found.list();
  assert.equal(list.length, 10_001);
  assert.equal(list.at(-1)?.description, "9 more findings of this look are not listed");
});
