import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { sealReceipt } from "./seal.ts";
import { suspiciousDrops, type Expectations } from "./suspicion.ts";
import type { Receipt } from "./types.ts";

const { receipt: empty } = sealReceipt({
  store: "shop",
  at: "2026-01-02T03:04:05Z",
  consistency: "transaction",
  trees: [],
  references: [],
  schemaElements: [],
  portable: null,
  recorded: {},
  level: "none",
});

function receipt(counts: Record<string, number>): Receipt {
  const collections = Object.entries(counts).map(([name, count]) => {
    return [name, { count, digest: empty.digest }] as const;
  });
  return { ...empty, collections: Object.fromEntries(collections) };
}

const drops = (
  before: Record<string, number>,
  after: Record<string, number>,
  expect: Expectations = {},
) => suspiciousDrops(receipt(before), receipt(after), expect);

describe("without an expectation, a drop is suspicious", () => {
  it("when a collection vanished or was emptied", () => {
    assert.deepEqual(drops({ a: 1, b: 5, c: 0 }, { b: 0, c: 0 }), [
      "a vanished: it had 1 row",
      "b was emptied: it had 5 rows",
    ]);
  });

  it("when more than half of the rows went, and at least ten", () => {
    assert.deepEqual(drops({ a: 20 }, { a: 10 }), []);
    assert.deepEqual(drops({ a: 21 }, { a: 10 }), [
      "a fell from 21 rows to 10: more than half of it is gone",
    ]);
    assert.deepEqual(drops({ a: 12 }, { a: 3 }), []);
  });

  it("never when something grew or appeared", () => {
    assert.deepEqual(drops({ a: 1 }, { a: 2, b: 9 }), []);
  });
});

describe("with an expectation", () => {
  it("a collection may shrink as far as its owner says, and no further", () => {
    assert.deepEqual(drops({ a: 100 }, { a: 95 }, { "*": { shrinkMax: 0.05 } }), []);
    assert.deepEqual(drops({ a: 100 }, { a: 94 }, { "*": { shrinkMax: 0.05 } }), [
      "a fell from 100 rows to 94, but no more than 5 rows may go",
    ]);
    assert.deepEqual(drops({ a: 100 }, { a: 0 }, { a: { shrinkMaxRows: 100 } }), []);
    assert.deepEqual(drops({ a: 100 }, { a: 98 }, { a: { shrinkMaxRows: 1 } }), [
      "a fell from 100 rows to 98, but no more than 1 row may go",
    ]);
  });

  it("the collection's own words win over those for all", () => {
    const expect = {
      "*": { shrinkMax: 0, present: true },
      log: { shrinkMax: 1, present: undefined },
    };
    assert.deepEqual(drops({ log: 50, a: 50 }, { log: 0, a: 50 }, expect), []);
    assert.deepEqual(drops({ log: 50 }, {}, expect), ["log vanished: it had 50 rows"]);
  });

  it("what only grows may not lose one row", () => {
    assert.deepEqual(
      drops({ payments: 50 }, { payments: 49 }, { payments: { appendOnly: true } }),
      ["payments fell from 50 rows to 49, although its rows are expected never to go"],
    );
  });

  it("what must be there is missed even when it never was", () => {
    assert.deepEqual(drops({}, {}, { users: { present: true } }), [
      "users is missing, although it is expected to exist",
    ]);
    assert.deepEqual(drops({ tmp: 9 }, {}, { tmp: { present: false } }), []);
  });

  it("collections that are not judged stay out", () => {
    const skip = new Set(["docs_data"]);
    const found = suspiciousDrops(receipt({ docs_data: 40 }), receipt({ docs_data: 1 }), {}, skip);
    assert.deepEqual(found, []);
  });
});
