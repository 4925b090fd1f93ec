import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { Mended } from "../../stores/mended.ts";
import { mendedLines } from "./mended.ts";

const mended = (reasons: readonly string[]): Mended => ({
  documents: [
    {
      collection: "metadata",
      key: { _path: "metadata.json" },
      path: "metadata.json",
      verdict: "derived",
      reasons,
    },
  ],
  total: { unchanged: 4, repaired: 0, restored: 0, partial: 0, lost: 0, derived: 1 },
  newer: 0,
  pending: 0,
  collections: {},
  losses: [],
  lossesTotal: 0,
  wanted: [],
  file: null,
});

describe("a document that says of others what is so again", () => {
  it("is shown with every value that has changed", () => {
    const [line] = mendedLines(mended(["a was 1, and is 2", "b was 3, and is 4"]));
    assert.match(line ?? "", /derived \(a was 1, and is 2; b was 3, and is 4\)$/);
  });

  it("is shown with five of many", () => {
    const [line] = mendedLines(mended(Array.from({ length: 8 }, (_, at) => `v${at} is so`)));
    assert.match(line ?? "", /\(v0 is so; .*v4 is so; and 3 more values\)$/);
  });
});
