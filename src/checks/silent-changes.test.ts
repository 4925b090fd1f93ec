import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { Location, Observation } from "../core/finding.ts";
import { silentChangeObservations, unexplainedPages, type PageRange } from "./silent-changes.ts";

const snapshot = { id: "0123456789abcdef".repeat(4), createdAt: "2026-11-21T04:02:00.000Z" };

describe("pages that changed although nothing was committed", () => {
  it("are one finding a stretch, with the snapshot that has them otherwise", () => {
    const seen = silentChangeObservations({
      ranges: [
        [3, 3],
        [7, 9],
      ],
      snapshot,
    });
    assert.deepEqual(
      seen.map(({ location }) => location),
      [{ pages: [3, 3] }, { pages: [7, 9] }],
    );
    assert.match(seen[0]?.description ?? "", /^page 3 differs from snapshot 0123456789ab of 2026/);
    assert.match(seen[1]?.description ?? "", /^pages 7 to 9 differ from /);
  });

  it("are counted where there are too many stretches to name", () => {
    const ranges = Array.from({ length: 150 }, (_, at): PageRange => [2 * at + 1, 2 * at + 1]);
    const seen = silentChangeObservations({ ranges, snapshot });
    assert.equal(seen.length, 101);
    assert.deepEqual(seen.at(-1)?.location, { pages: [201, 299] });
    assert.match(seen.at(-1)?.description ?? "", /^50 more stretches within pages 201 to 299 /);
  });

  it("are left to the finding that names them and says more", () => {
    const ranges: readonly PageRange[] = [
      [1, 4],
      [10, 20],
      [30, 30],
    ];
    const known = [at({ page: 30 }), at({ pages: [12, 14] }), at({ page: 4 }), at({ table: "t" })];
    assert.deepEqual(unexplainedPages(ranges, known), [
      [1, 3],
      [10, 11],
      [15, 20],
    ]);
    assert.deepEqual(unexplainedPages(ranges, [at({ pages: [1, 40] })]), []);
    assert.deepEqual(unexplainedPages(ranges, []), ranges);
  });
});

function at(location: Location): Observation {
  return {
    code: "test.page",
    title: "A page",
    description: "a page",
    severity: "high",
    category: "corruption",
    location,
    evidence: "",
    remedies: [],
  };
}
