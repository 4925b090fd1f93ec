import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { Json } from "../../../core/json.ts";
import { setValue } from "./set-value.ts";

describe("a value that is set in a document", () => {
  for (const [what, text, steps, value, expected] of [
    [
      "a number",
      '{ "a": 1,\n "b" : 12345678901234567890 }\n',
      ["a"],
      7,
      '{ "a": 7,\n "b" : 12345678901234567890 }\n',
    ],
    ["a nested one", '{"x":{"a":1,"b":2}}', ["x", "b"], 0, '{"x":{"a":1,"b":0}}'],
    ["in an array", '[{"a":1},{"a":2}]', [1, "a"], 3, '[{"a":1},{"a":3}]'],
    ["one that is not there", '{\n  "a": 1\n}', ["b"], 2, '{\n  "a": 1,\n  "b": 2\n}'],
    ["in an empty object", '{"x": {}}', ["x", "y"], 1, '{"x": {"y": 1}}'],
    ["with all above it", "{}", ["x", "y"], 1, '{"x": {"y":1}}'],
    ["digits of a sum as a number", '{"s":1.5}', ["s"], "2.50", '{"s":2.50}'],
    ["digits of a sum as a text", '{"s":"1.5"}', ["s"], "2.50", '{"s":"2.50"}'],
    ["the last of two", '{"a":1,"a":2}', ["a"], 3, '{"a":1,"a":3}'],
  ] satisfies readonly (readonly [string, string, readonly (string | number)[], Json, string])[]) {
    it(`is ${what}, and nothing else changes`, () => {
      assert.equal(String(setValue(Buffer.from(text), steps, value)), expected);
    });
  }

  it("is refused where no object is", () => {
    assert.equal(setValue(Buffer.from("[1]"), ["a"], 1), null);
    assert.equal(setValue(Buffer.from('{"a":[1]}'), ["a", 4], 1), null);
  });
});
