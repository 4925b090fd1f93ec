import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { decideRetention, hasRule, type RetentionSubject } from "./decide-retention.ts";
import type { Retention } from "./types.ts";

/** Snapshots `s1`, `s2`, … of one store, at these times. */
function subjects(...times: readonly string[]): RetentionSubject[] {
  return times.map((createdAt, at) => ({
    id: `s${at + 1}`,
    store: "shop",
    sequence: at + 1,
    createdAt,
    pins: [],
  }));
}

function keptOf(all: readonly RetentionSubject[], retention: Retention): string {
  return [...decideRetention(all, retention).keys()].sort().join(" ");
}

const days = subjects(
  "2026-01-29T23:59:00.000Z", // Thursday
  "2026-01-31T01:00:00.000Z", // Saturday
  "2026-01-31T13:10:00.000Z",
  "2026-01-31T13:50:00.000Z",
  "2026-02-01T00:00:00.000Z", // Sunday, same ISO week
  "2026-02-02T00:00:00.000Z", // Monday, the next
  "2026-02-02T08:00:00.000Z",
);

describe("retention", () => {
  for (const [retention, kept] of [
    [{ keepLast: 1 }, "s7"],
    [{ keepLast: 3 }, "s5 s6 s7"],
    [{ keepLast: 99 }, "s1 s2 s3 s4 s5 s6 s7"],
    [{ keepHourly: 3 }, "s5 s6 s7"],
    [{ keepHourly: 4 }, "s4 s5 s6 s7"],
    [{ keepDaily: 3 }, "s4 s5 s7"],
    [{ keepDaily: 4 }, "s1 s4 s5 s7"],
    [{ keepWeekly: 2 }, "s5 s7"],
    [{ keepMonthly: 1 }, "s7"],
    [{ keepMonthly: 5 }, "s4 s7"],
    [{ keepLast: 2, keepMonthly: 2 }, "s4 s6 s7"],
    [{ keepLast: 0 }, "s7"],
    [{}, "s7"],
  ] as const)
    it(`of ${JSON.stringify(retention)} keeps ${kept}`, () =>
      assert.equal(keptOf(days, retention), kept));

  it("counts weeks as ISO 8601 does, over the turn of the year", () => {
    const turn = subjects("2026-12-27T10:00:00Z", "2026-12-28T10:00:00Z", "2027-01-03T10:00:00Z");
    assert.equal(keptOf(turn, { keepWeekly: 5 }), "s1 s3");
  });

  it("keeps the newest of each store, and counts for each store alone", () => {
    const other = days.map((each) => ({ ...each, id: `o${each.sequence}`, store: "other" }));
    assert.equal(keptOf([...days, ...other], { keepLast: 2 }), "o6 o7 s6 s7");
  });

  it("goes by the sequence when the clock was set back", () => {
    const back = subjects("2026-05-02T00:00:00Z", "2026-05-03T00:00:00Z", "2020-01-01T00:00:00Z");
    assert.equal(keptOf(back, { keepLast: 1 }), "s3");
    assert.equal(keptOf(back, { keepDaily: 2 }), "s2 s3");
  });

  it("keeps what is pinned, and says why", () => {
    const pinned = days.map((each) => (each.id === "s2" ? { ...each, pins: ["a drop"] } : each));
    const kept = decideRetention(pinned, { keepLast: 1 });
    assert.deepEqual(kept.get("s2"), ["a drop"]);
    assert.deepEqual(kept.get("s7"), ["the newest of shop", "last 1 of 1"]);
  });

  it("knows a rule from none", () => {
    assert.equal(hasRule({}), false);
    assert.equal(hasRule({ keepLast: undefined }), false);
    assert.equal(hasRule({ keepLast: 0 }), true);
  });
});
