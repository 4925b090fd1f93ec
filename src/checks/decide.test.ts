import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";
import { SEED } from "../../test/support/seed.ts";
import type { Location, Observation, Severity } from "../core/finding.ts";
import {
  decideAcknowledge,
  decideResolve,
  decideSeen,
  decideUnseen,
  NO_LONGER_SEEN,
  sightingsOf,
  type Sighting,
} from "./decide.ts";
import { findingId } from "./finding-id.ts";
import { isSound, rankOf, SEVERITIES } from "./severity.ts";
import type { Finding, FindingChange, FindingKind } from "./types.ts";

const damage: Observation = {
  code: "sqlite.page.torn",
  title: "A page is torn",
  description: "page 7 belongs to no commit",
  severity: "high",
  category: "corruption",
  location: { page: 7, table: "track" },
  evidence: "00ff",
  remedies: ["restore-beside"],
};

const sighting = (more: Partial<Observation> = {}, kind: FindingKind = "scan"): Sighting => {
  const [only] = sightingsOf({
    store: "shop",
    kind,
    observations: [{ ...damage, ...more }],
    complete: true,
  });
  assert.ok(only !== undefined);
  return only;
};

type Act = (known: Finding | null, at: string) => FindingChange | null;

const seen =
  (more: Partial<Observation> = {}, kind: FindingKind = "scan"): Act =>
  (known, at) =>
    decideSeen(known, sighting(more, kind), at);
const onFinding =
  (act: (known: Finding, at: string) => FindingChange | null): Act =>
  (known, at) => {
    assert.ok(known !== null);
    return act(known, at);
  };
const unseen = (kind: FindingKind = "scan"): Act =>
  onFinding((known, at) => decideUnseen(known, kind, at));
const acknowledged: Act = onFinding((known, at) =>
  decideAcknowledge(known, { by: "ops", notes: "known", at }),
);
const resolved: Act = onFinding((known, at) =>
  decideResolve(known, { by: "ops", notes: "mended by hand", at }),
);

/** Days in the order of what happened on them: the first is day 1. */
const day = (number: number): string => `2026-01-${String(number).padStart(2, "0")}T00:00:00.000Z`;

function given(...acts: readonly Act[]) {
  const after = (known: Finding | null, act: Act, index: number): Finding | null =>
    act(known, day(index + 1))?.finding ?? known;
  const known = acts.reduce<Finding | null>(after, null);
  return {
    when: (act: Act) => {
      const change = act(known, day(acts.length + 1));
      return {
        thenIs: (kind: FindingChange["change"], expected: Partial<Finding>) => {
          assert.ok(change !== null);
          assert.equal(change.change, kind);
          const names = Object.keys(expected) as (keyof Finding)[];
          const actual = Object.fromEntries(names.map((name) => [name, change.finding[name]]));
          assert.deepEqual(actual, expected);
        },
        thenNothing: () => assert.equal(change, null),
      };
    },
    whenRefused: (act: Act, code: string) => assert.throws(() => act(known, day(9)), { code }),
  };
}

describe("a finding", () => {
  it("opens when it is seen first", () =>
    given()
      .when(seen())
      .thenIs("opened", {
        id: sighting().id,
        status: "open",
        store: "shop",
        kind: "scan",
        seenBy: ["scan"],
        affected: ["track"],
        detectedAt: day(1),
        lastSeenAt: day(1),
        resolvedAt: null,
      }));

  it("stays what it is when it is seen again, in new words", () =>
    given(seen())
      .when(seen({ description: "page 7 is torn", severity: "critical" }))
      .thenIs("seen", {
        status: "open",
        severity: "critical",
        description: "page 7 is torn",
        detectedAt: day(1),
        lastSeenAt: day(2),
      }));

  it("is resolved by a complete look that sees it no more", () =>
    given(seen())
      .when(unseen())
      .thenIs("resolved", {
        status: "resolved",
        resolvedAt: day(2),
        resolvedBy: null,
        resolutionNotes: NO_LONGER_SEEN,
        lastSeenAt: day(1),
      }));

  it("is not resolved by a look that has never been able to see it", () =>
    given(seen()).when(unseen("audit")).thenNothing());

  it("is resolved by any look that has seen it", () =>
    given(seen(), seen({}, "audit"))
      .when(unseen("scan"))
      .thenIs("resolved", { seenBy: ["scan", "audit"], kind: "audit" }));

  it("opens again, as if new but under its id, when it is back", () =>
    given(seen(), acknowledged, unseen())
      .when(seen())
      .thenIs("reopened", {
        id: sighting().id,
        status: "open",
        detectedAt: day(4),
        acknowledgedBy: null,
        resolvedAt: null,
        resolutionNotes: null,
      }));

  it("stays acknowledged for as long as it gets no worse", () => {
    given(seen(), acknowledged).when(seen()).thenIs("seen", { status: "acknowledged" });
    given(seen(), acknowledged, seen({ severity: "low" }))
      .when(seen({ severity: "high" }))
      .thenIs("seen", { status: "acknowledged", acknowledgedBy: "ops", acknowledgedAt: day(2) });
  });

  it("opens again when it gets worse than it was when somebody took note", () =>
    given(seen(), acknowledged)
      .when(seen({ severity: "critical" }))
      .thenIs("reopened", { status: "open", acknowledgedBy: null, detectedAt: day(1) }));

  it("is acknowledged and resolved once, however often", () => {
    given(seen(), acknowledged).when(acknowledged).thenNothing();
    given(seen(), resolved).when(resolved).thenNothing();
    given(seen(), resolved).when(unseen()).thenNothing();
  });

  it("that is acknowledged is resolved when it is gone", () =>
    given(seen(), acknowledged).when(unseen()).thenIs("resolved", { acknowledgedBy: "ops" }));

  it("that is resolved cannot be acknowledged", () =>
    given(seen(), resolved).whenRefused(acknowledged, "REFUSED"));

  it("that somebody resolved too early opens with the next look", () =>
    given(seen(), resolved).when(seen()).thenIs("reopened", { status: "open", resolvedBy: null }));
});

describe("what is seen twice at one place", () => {
  it("is one finding with the worst severity, that quotes three and counts the rest", () => {
    const observations = ["a", "b", "b", "c", "d", "e"].map((description) => ({
      ...damage,
      description,
      severity: description === "c" ? ("critical" as const) : damage.severity,
    }));
    const sightings = sightingsOf({ store: null, kind: "scan", observations, complete: true });
    assert.deepEqual(
      sightings.map(({ observation }) => [observation.severity, observation.description]),
      [["critical", "c; a; b (and 2 more)"]],
    );
  });
});

const anyLocation: fc.Arbitrary<Location> = fc.record(
  {
    page: fc.nat(),
    table: fc.string(),
    column: fc.string(),
    key: fc.jsonValue() as fc.Arbitrary<string>,
    file: fc.string(),
    line: fc.nat(),
    pointer: fc.string(),
    rowids: fc.tuple(fc.nat(), fc.nat()),
  },
  { requiredKeys: [] },
);

describe(`the id of a finding (SEED=${SEED})`, () => {
  const anyWords = fc.record({
    title: fc.string(),
    description: fc.string(),
    evidence: fc.string(),
    severity: fc.constantFrom(...SEVERITIES),
  });

  it("follows from code, store and place alone, whatever it is described with", () => {
    fc.assert(
      fc.property(anyLocation, anyWords, fc.nat(), (location, words, col) => {
        const id = findingId("shop", { code: "a.b", location });
        assert.match(id, /^finding_[0-9a-f]{32}$/);
        const reversed = Object.fromEntries(Object.entries({ ...location, col }).toReversed());
        assert.equal(
          findingId("shop", { ...damage, ...words, code: "a.b", location: reversed }),
          id,
        );
        assert.notEqual(findingId(null, { code: "a.b", location }), id);
        assert.notEqual(findingId("shop", { code: "a.c", location }), id);
        assert.notEqual(
          findingId("shop", { code: "a.b", location: { ...location, block: 1 } }),
          id,
        );
      }),
      { seed: SEED },
    );
  });

  it("takes offsets for the place only where nothing better names it", () => {
    const at = (location: Location) => findingId("shop", { code: "x", location });
    assert.notEqual(at({ file: "a", byte: 1 }), at({ file: "a", byte: 2 }));
    assert.equal(at({ file: "a", line: 1, byte: 1 }), at({ file: "a", line: 1, byte: 2 }));
    assert.notEqual(at({ file: "a", line: 1 }), at({ file: "a", line: 2 }));
  });
});

describe("a store", () => {
  const cases: readonly (readonly [Finding["status"], Severity, boolean])[] = [
    ["open", "critical", false],
    ["open", "medium", false],
    ["open", "low", true],
    ["open", "info", true],
    ["acknowledged", "critical", true],
    ["resolved", "critical", true],
  ];
  for (const [status, severity, sound] of cases) {
    it(`is ${sound ? "sound" : "not sound"} with a ${severity} finding that is ${status}`, () => {
      assert.equal(isSound([{ status, severity }]), sound);
      assert.equal(
        isSound([
          { status, severity },
          { status: "open", severity: "info" },
        ]),
        sound,
      );
    });
  }

  it("has five severities in the order of what hurts most", () => {
    assert.deepEqual(SEVERITIES.map(rankOf), [0, 1, 2, 3, 4]);
  });
});
