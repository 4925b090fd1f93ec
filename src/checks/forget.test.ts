import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";
import { anyValue } from "../../test/support/entries.ts";
import { SEED } from "../../test/support/seed.ts";
import { writeKey, writeRecord } from "../receipts/canonical.ts";
import { type KeyShape, showKey } from "../receipts/show.ts";
import { forgottenRows, parseForget } from "./forget.ts";

const parse = (text: string) => parseForget("f", text);

describe("a forget file", () => {
  it("names a row a line, and blank lines none", () => {
    const { keys, problems } = parse(
      '\uFEFF{"collection": "customer", "key": {"id": 7}}\r\n\n{"key":{"a":null,"b":"x"},"collection":"t"}',
    );
    assert.deepEqual(problems, []);
    assert.deepEqual(keys, [
      { collection: "customer", key: { id: 7 }, file: "f", line: 1 },
      { collection: "t", key: { a: null, b: "x" }, file: "f", line: 3 },
    ]);
    assert.deepEqual(parse(""), { keys: [], problems: [] });
  });

  for (const line of [
    "customer 7",
    "[]",
    "7",
    '{"collection": "customer"}',
    '{"collection": "", "key": {"id": 7}}',
    '{"collection": "customer", "key": {}}',
    '{"collection": "customer", "key": 7}',
    '{"collection": "customer", "key": {"id": 7}, "why": "asked"}',
    '{"collection": "customer", "key": {"id": [7]}}',
    '{"collection": "customer", "key": {"id": true}}',
    '{"collection": "customer", "key": {"id": {"$int": "99999999999999999999"}}}',
    '{"collection": "customer", "key": {"id": {"$int": "1"}}',
  ]) {
    it(`has a problem with ${line}, and its line is told but not what stands there`, () => {
      const { keys, problems } = parse(`\n${line}\n`);
      assert.deepEqual(keys, []);
      assert.deepEqual(
        problems.map(({ line }) => line),
        [2],
      );
      assert.ok(!problems[0]?.message.includes("asked"));
    });
  }

  it("stops telling when everything is wrong", () => {
    assert.equal(parse("x\n".repeat(5_000)).problems.length, 100);
  });
});

describe("forgotten rows", () => {
  const shape: KeyShape = { key: ["id"], columns: ["id", "name"], encoding: "utf-8" };

  it("are those of the collection, and a key with other columns is a problem of its line", () => {
    const { keys } = parse(
      ['{"id": 7}', '{"id": "7"}', '{"name": "x"}', '{"id": 7, "name": "x"}']
        .map((key) => `{"collection": "c", "key": ${key}}`)
        .concat('{"collection": "other", "key": {"id": 8}}')
        .join("\n"),
    );
    const { hex, problems } = forgottenRows(keys, "c", shape);
    const stored = [
      writeKey([{ type: "integer", value: 7n }]),
      writeKey([{ type: "real", value: 7 }]),
      writeKey([{ type: "text", bytes: Buffer.from("7") }]),
    ];
    assert.deepEqual(
      hex,
      stored.map((key) => Buffer.from(key).toString("hex")),
    );
    assert.deepEqual(
      problems.map(({ line }) => line),
      [3, 4],
    );
  });

  it(`hold every key as it is shown, in every encoding, with and without a key (SEED=${SEED})`, () => {
    const values = fc.array(anyValue, { minLength: 1, maxLength: 3 });
    const encodings = fc.constantFrom("utf-8" as const, "utf-16le" as const, "utf-16be" as const);
    fc.assert(
      fc.property(values, encodings, fc.boolean(), (row, encoding, isKeyed) => {
        const columns = row.map((_, index) => `c${index}`);
        const shape: KeyShape = { key: isKeyed ? columns : [], columns, encoding };
        const bytes = isKeyed ? writeKey(row) : writeRecord(row);
        const line = JSON.stringify({ collection: "t", key: showKey(shape, bytes) });
        const { keys, problems } = parse(line);
        assert.deepEqual(problems, []);
        const { hex } = forgottenRows(keys, "t", shape);
        assert.ok(hex.includes(Buffer.from(bytes).toString("hex")), line);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});
