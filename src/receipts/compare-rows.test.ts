import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";

import { compareEntries, numbered, treeFrom, upTo } from "../../test/support/entries.ts";
import { compareRows, type RowDifference } from "./compare-rows.ts";
import { differingRanges, type DifferingRange } from "./ranges.ts";
import { collectionDigest } from "./tree.ts";
import type { Entry } from "./types.ts";

/** Entries as an image gives them: views into a buffer that the next one overwrites. */
async function* reusing(entries: readonly Entry[]): AsyncGenerator<Entry> {
  const buffer = new Uint8Array(256);
  for (const { key, row } of entries.toSorted(compareEntries)) {
    buffer.fill(0xee);
    buffer.set(key);
    buffer.set(row, 100);
    yield { key: buffer.subarray(0, key.length), row: buffer.subarray(100, 100 + row.length) };
  }
}

async function differences(a: readonly Entry[], b: readonly Entry[]): Promise<RowDifference[]> {
  return Array.fromAsync(compareRows(reusing(a), reusing(b)));
}

function within({ after, upTo: last }: DifferingRange, { key }: Entry): boolean {
  return (
    (after === null || Buffer.compare(key, after) > 0) &&
    (last === null || Buffer.compare(key, last) <= 0)
  );
}

function said(list: readonly RowDifference[]): string[] {
  return list.map(({ kind, key, times }) => `${kind} ${Buffer.from(key).toString("hex")} ${times}`);
}

const row = fc.constantFrom("", "a", "b", "bb").map((text) => new Uint8Array(Buffer.from(text)));
const rows = fc.array(fc.record({ key: fc.uint8Array({ maxLength: 1 }), row }), { maxLength: 40 });

describe("comparing rows", () => {
  it("finds nothing in equal rows, and something as soon as a digest differs", async () => {
    await fc.assert(
      fc.asyncProperty(rows, rows, async (a, b) => {
        const equal = collectionDigest(treeFrom(a)) === collectionDigest(treeFrom(b));
        assert.equal((await differences(a, b)).length === 0, equal);
        assert.deepEqual(await differences(a, a.toReversed()), []);
      }),
    );
  });

  it("counts so that what is expected, less missing, plus extra is what is there", async () => {
    await fc.assert(
      fc.asyncProperty(rows, rows, async (a, b) => {
        const found = await differences(a, b);
        const sum = (kind: string) =>
          found.reduce((total, each) => total + (each.kind === kind ? each.times : 0), 0);
        assert.equal(a.length - sum("missing") + sum("extra"), b.length);
        const mirrored = (await differences(b, a)).map(({ kind, ...rest }) => ({
          ...rest,
          kind: { missing: "extra", extra: "missing", changed: "changed" }[kind],
        }));
        assert.deepEqual(said(mirrored as RowDifference[]).sort(), said(found).sort());
      }),
    );
  });

  it("tells missing, extra and changed apart, in the order of keys", async () => {
    const before = upTo(6).map((id) => numbered(id));
    const after = [...before.slice(1).with(2, numbered(3, "changed")), numbered(9)];
    const found = await differences(before, after);
    assert.deepEqual(
      found.map(({ kind, key, times }) => [kind, key.at(-1), times]),
      [
        ["missing", 0, 1],
        ["changed", 3, 1],
        ["extra", 9, 1],
      ],
    );
  });

  it("knows how often a row is missing where nothing tells equal rows apart", async () => {
    const row3 = { key: Buffer.from("same"), row: new Uint8Array(0) };
    const found = await differences([row3, row3, row3], [row3]);
    assert.deepEqual(said(found), [`missing ${row3.key.toString("hex")} 2`]);
  });

  it("stops both readers when the receiver has seen enough", async () => {
    const closed: string[] = [];
    async function* endless(name: string, step: number): AsyncGenerator<Entry> {
      try {
        for (let id = 0; ; id += step) yield numbered(id);
      } finally {
        closed.push(name);
      }
    }
    for await (const _ of compareRows(endless("a", 1), endless("b", 2))) break;
    assert.deepEqual(closed.sort(), ["a", "b"]);
  });
});

describe("the ranges in which two trees differ", () => {
  const few = fc.array(
    fc.record({
      at: fc.nat({ max: 2500 }),
      change: fc.constantFrom("remove", "insert", "change"),
    }),
    { maxLength: 12 },
  );
  const base = upTo(2500).map((id) => numbered(3 * id));

  function edited(changes: readonly { at: number; change: string }[]): Entry[] {
    const kept = new Map(base.map((entry, index) => [3 * index, entry]));
    for (const { at, change } of changes) {
      if (change === "remove") kept.delete(3 * at);
      else if (change === "insert") kept.set(3 * at + 1, numbered(3 * at + 1));
      else kept.set(3 * at, numbered(3 * at, "changed"));
    }
    return [...kept.values()];
  }

  it("cover every difference, and are none when there is none", async () => {
    await fc.assert(
      fc.asyncProperty(few, few, async (left, right) => {
        const [a, b] = [edited(left), edited(right)];
        const ranges = differingRanges(treeFrom(a), treeFrom(b));
        const all = await differences(a, b);
        const inside = [];
        for (const range of ranges) {
          const part = (list: Entry[]) => list.filter((entry) => within(range, entry));
          inside.push(...(await differences(part(a), part(b))));
        }
        assert.deepEqual(said(inside), said(all));
        assert.equal(ranges.length === 0, all.length === 0);
      }),
      { numRuns: 20 },
    );
  });

  it("cover little else: a few leaves for each change", () => {
    const changes = [50, 1200, 2450].map((at) => ({ at, change: "insert" }));
    const ranges = differingRanges(treeFrom(base), treeFrom(edited(changes)));
    const read = base.filter((entry) => ranges.some((range) => within(range, entry))).length;
    assert.equal(ranges.length, 3);
    assert.ok(read < 6 * 256, `${read} rows of ${base.length} would be read`);
  });

  it("reach to the end where one tree goes on, and join where they touch", () => {
    const whole = treeFrom(base);
    const cut = treeFrom(base.slice(0, 1000));
    for (const ranges of [differingRanges(whole, cut), differingRanges(cut, whole)]) {
      assert.equal(ranges.length, 1);
      assert.equal(ranges[0]?.upTo, null);
    }
    assert.deepEqual(differingRanges(whole, treeFrom([])), [{ after: null, upTo: null }]);
    assert.deepEqual(differingRanges(treeFrom([]), treeFrom([])), []);
    const changed = base.map((_, index) => numbered(3 * index, "changed"));
    assert.equal(differingRanges(whole, treeFrom(changed)).length, 1);
  });
});
