import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";
import { memoryFolder } from "../../test/support/folder.ts";
import { SEED } from "../../test/support/seed.ts";
import { seededWorld } from "../../test/support/world.ts";
import type { Observation, Severity } from "../core/finding.ts";
import { openState } from "../state/open-state.ts";
import type { State } from "../state/types.ts";
import { findingId } from "./finding-id.ts";
import {
  acknowledgeFinding,
  findFinding,
  listFindings,
  resolveFinding,
  resolveFindings,
} from "./findings.ts";
import { rememberSeen } from "./remember.ts";
import { SEVERITIES } from "./severity.ts";
import type { FindingKind, Seen } from "./types.ts";

const world = seededWorld(SEED);

async function openedState() {
  const folder = await memoryFolder();
  const state = await openState(folder.join("state"), world);
  return {
    state,
    [Symbol.asyncDispose]: async () => {
      state[Symbol.dispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

function damage(page: number, severity: Severity = "high"): Observation {
  return {
    code: "test.damage",
    title: "Damage",
    description: `page ${page} is damaged`,
    severity,
    category: "corruption",
    location: { page },
    evidence: "",
    remedies: [],
  };
}

const look = (pages: readonly number[], more: Partial<Seen> = {}): Seen => ({
  store: "shop",
  kind: "scan",
  observations: pages.map((page) => damage(page)),
  complete: true,
  ...more,
});

const idOf = (page: number, store: string | null = "shop"): string =>
  findingId(store, damage(page));

function statusOf(state: State): Record<string, readonly number[]> {
  const found = listFindings(state);
  const pages = (status: string) =>
    found
      .flatMap((each) => (each.status === status ? [each.location.page ?? -1] : []))
      .toSorted((a, b) => a - b);
  return { open: pages("open"), resolved: pages("resolved") };
}

describe("findings in the state", () => {
  it("live on from look to look, each under its id", async () => {
    await using opened = await openedState();
    const { state } = opened;
    await rememberSeen(state, world, [look([1, 2])]);
    const changes = await rememberSeen(state, world, [look([2, 3])]);
    assert.deepEqual(
      changes.map(({ change, finding }) => [change, finding.location.page]),
      [
        ["seen", 2],
        ["opened", 3],
        ["resolved", 1],
      ],
    );
    assert.deepEqual(statusOf(state), { open: [2, 3], resolved: [1] });
  });

  it("stay open when the look was not complete, was another one, or at another store", async () => {
    await using opened = await openedState();
    const { state } = opened;
    await rememberSeen(state, world, [look([1])]);
    await rememberSeen(state, world, [
      look([], { complete: false }),
      look([], { kind: "audit" }),
      look([], { store: "other" }),
      look([], { store: null }),
    ]);
    assert.deepEqual(statusOf(state), { open: [1], resolved: [] });
  });

  it("stay open where a complete look was blind", async () => {
    await using opened = await openedState();
    const { state } = opened;
    await rememberSeen(state, world, [look([1, 2])]);
    await rememberSeen(state, world, [look([], { blind: [damage(2)] })]);
    assert.deepEqual(statusOf(state), { open: [2], resolved: [1] });
  });

  it("are listed worst first, then oldest first, by store and status, over many pages", async () => {
    await using opened = await openedState();
    const { state } = opened;
    const shop = Array.from({ length: 1_203 }, (_, page) =>
      damage(page, SEVERITIES[page % SEVERITIES.length]),
    );
    await rememberSeen(state, world, [look([], { observations: shop })]);
    await rememberSeen(state, world, [
      look([9_000], { store: "other" }),
      look([9_001], { store: null }),
    ]);
    await resolveFinding(state, world, { id: idOf(0), by: "ops" });

    const all = listFindings(state);
    assert.equal(new Set(all.map(({ id }) => id)).size, 1_205);
    const places = all.map(({ severity, detectedAt, id }) => [
      SEVERITIES.indexOf(severity),
      detectedAt,
      id,
    ]);
    assert.deepEqual(
      places,
      places.toSorted((a, b) => (String(a) < String(b) ? -1 : 1)),
    );
    const ofShop = listFindings(state, { stores: ["shop"], status: ["open", "acknowledged"] });
    assert.equal(ofShop.length, 1_202);
    assert.deepEqual(
      listFindings(state, { stores: ["other", "nobody"] }).map(({ location }) => location.page),
      [9_000],
    );
    assert.deepEqual(listFindings(state, { stores: [] }), []);
    assert.deepEqual(
      listFindings(state, { status: ["resolved"] }).map(({ id, resolvedBy }) => [id, resolvedBy]),
      [[idOf(0), "ops"]],
    );
  });

  it("keep what a person said, and come back when they are seen again", async () => {
    await using opened = await openedState();
    const { state } = opened;
    await rememberSeen(state, world, [look([1])]);
    const start = idOf(1).slice("finding_".length, "finding_".length + 8);
    const noted = await acknowledgeFinding(state, world, {
      id: start,
      by: "ops",
      notes: "old disk",
    });
    assert.deepEqual(
      [noted.status, noted.acknowledgedBy, noted.acknowledgementNotes, noted.acknowledgedSeverity],
      ["acknowledged", "ops", "old disk", "high"],
    );
    assert.deepEqual(findFinding(state, idOf(1)), noted);
    await rememberSeen(state, world, [look([1])]);
    assert.equal(findFinding(state, idOf(1)).status, "acknowledged");

    const ended = await resolveFinding(state, world, { id: idOf(1), by: "ops" });
    assert.deepEqual([ended.status, ended.resolutionNotes], ["resolved", null]);
    await assert.rejects(acknowledgeFinding(state, world, { id: idOf(1), by: "ops" }), {
      code: "REFUSED",
    });
    await rememberSeen(state, world, [look([1])]);
    assert.equal(findFinding(state, idOf(1)).status, "open");
  });

  it("are ended by the run that mended them, those that are known and open", async () => {
    await using opened = await openedState();
    const { state } = opened;
    await rememberSeen(state, world, [look([1, 2, 3])]);
    await resolveFinding(state, world, { id: idOf(1), by: "ops", notes: "by hand" });
    const ids = [idOf(1), idOf(2), `finding_${"0".repeat(32)}`];
    const ended = await resolveFindings(state, world, { ids, notes: "mended by run_1" });
    assert.deepEqual(
      ended.map(({ id, resolutionNotes }) => [id, resolutionNotes]),
      [[idOf(2), "mended by run_1"]],
    );
    assert.equal(findFinding(state, idOf(1)).resolutionNotes, "by hand");
    assert.deepEqual(statusOf(state), { open: [3], resolved: [1, 2] });
  });

  it("are named by their id or a unique start of it, and by nothing else", async () => {
    await using opened = await openedState();
    const { state } = opened;
    const twins = ["00000000a", "00000000b"].map((start) => `finding_${start.padEnd(32, "1")}`);
    await rememberSeen(state, world, [look([1])]);
    const finding = JSON.stringify(findFinding(state, idOf(1)));
    await state.transaction((writer) =>
      twins.map((id) =>
        writer.run(
          "INSERT INTO findings VALUES (?, 'shop', 'open', 0, '', json_set(?, '$.id', ?))",
          id,
          finding,
          id,
        ),
      ),
    );
    assert.equal(findFinding(state, "finding_00000000B").id, twins[1]);
    assert.throws(() => findFinding(state, "00000000"), {
      code: "USAGE",
      message: `several findings begin with 00000000: ${twins.join(", ")}`,
    });
    assert.throws(() => findFinding(state, "ffffffff1"), {
      code: "NOT_FOUND",
      hint: /salvor findings/,
    });
    for (const word of ["1234567", "page 1", "", "finding_", "run_0123456789", "%%%%%%%%"])
      assert.throws(() => findFinding(state, word), { code: "USAGE" }, word);
  });

  it("are remembered in their thousands while others have their turns", async () => {
    await using opened = await openedState();
    const { state } = opened;
    const pages = Array.from({ length: 10_000 }, (_, page) => page);
    let turns = 0;
    let next = setImmediate(function turn() {
      turns++;
      next = setImmediate(turn);
    });
    await rememberSeen(state, world, [look(pages)]);
    const changes = await rememberSeen(state, world, [look(pages.slice(0, 10))]);
    clearImmediate(next);
    assert.ok(turns >= 150, `others had ${turns} turns only`);
    assert.equal(changes.filter(({ change }) => change === "resolved").length, 9_990);
    assert.equal(listFindings(state, { status: ["open"] }).length, 10);
  });
});

// Goal: the state says what a list in memory says, whatever looks come in whatever order.
// Method: draw looks (pages, kind, complete), remember them in both, compare who is open.
describe(`looks in any order (SEED=${SEED})`, () => {
  const anyLook = fc.record({
    pages: fc.uniqueArray(fc.nat(5), { maxLength: 6 }),
    kind: fc.constantFrom<FindingKind>("audit", "integrity", "scan", "backup"),
    complete: fc.boolean(),
  });

  it("leave open what was seen and not looked for in vain by one that had seen it", async () => {
    await using opened = await openedState();
    let number = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(anyLook, { maxLength: 8 }), async (looks) => {
        const store = `store-${number++}`;
        const open = new Map<number, Set<FindingKind>>();
        const by = new Map<number, Set<FindingKind>>();
        for (const { pages, kind, complete } of looks) {
          await rememberSeen(opened.state, world, [look(pages, { store, kind, complete })]);
          for (const page of pages) {
            by.set(page, (by.get(page) ?? new Set()).add(kind));
            open.set(page, by.get(page) ?? new Set());
          }
          if (!complete) continue;
          for (const [page, kinds] of open)
            if (kinds.has(kind) && !pages.includes(page)) open.delete(page);
        }
        const found = listFindings(opened.state, { stores: [store], status: ["open"] });
        const actual = found.map(({ location }) => location.page ?? -1).toSorted((a, b) => a - b);
        assert.deepEqual(
          actual,
          [...open.keys()].toSorted((a, b) => a - b),
        );
      }),
      { seed: SEED, numRuns: 60 },
    );
  });
});
