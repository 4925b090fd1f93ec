import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { globPattern } from "./glob.ts";

/** Glob, what it takes in, what it does not. */
const CASES: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ["contracts/*.json", ["contracts/a.json", "contracts/.json"], ["contracts/x/a.json", "a.json"]],
  ["*.json", ["a.json"], ["a/b.json", "a.jsonl"]],
  ["**/*.json", ["a.json", "a/b/c.json"], ["a/b/c.json5"]],
  ["a/**", ["a/b", "a/b/c"], ["b/a"]],
  ["./a?.txt", ["ab.txt"], ["a/.txt", "abc.txt"]],
  ["{a,b/c}.json", ["a.json", "b/c.json"], ["c.json", "a,b/c.json"]],
  ["{a,b", ["{a,b"], ["a", "b"]],
  ["a}b,c", ["a}b,c"], ["ab,c"]],
  ["[a-c]*.tmp", ["b1.tmp"], ["d1.tmp"]],
  ["[!a-c].tmp", ["d.tmp"], ["a.tmp", "/.tmp"]],
  ["\\*.txt", ["*.txt"], ["a.txt"]],
  ["a+b(c).json", ["a+b(c).json"], ["aab(c).json"]],
  ["文*.json", ["文書.json"], ["書.json"]],
];

describe("a glob", () => {
  for (const [glob, inside, outside] of CASES) {
    it(`${glob} takes in ${inside.join(" ")} and not ${outside.join(" ")}`, () => {
      const pattern = globPattern(glob);
      assert.deepEqual(
        inside.filter((path) => !pattern.test(path)),
        [],
      );
      assert.deepEqual(
        outside.filter((path) => pattern.test(path)),
        [],
      );
    });
  }
});
