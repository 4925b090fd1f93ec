import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { table } from "./text.ts";

describe("a table", () => {
  it("lines up its columns, colours not counted, numbers to the right", () => {
    const rows = [
      ["a", "1", "x"],
      ["\x1b[31mlong\x1b[39m", "1,000", ""],
    ];
    assert.deepEqual(table(rows, [1]), ["a         1  x", "\x1b[31mlong\x1b[39m  1,000"]);
  });
});
