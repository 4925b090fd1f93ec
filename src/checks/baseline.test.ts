import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { SEED } from "../../test/support/seed.ts";
import { suspiciousDrops } from "../receipts/suspicion.ts";
import { baselineOf } from "./baseline.ts";
import { fewer, full, receiptOf, snapshotOf } from "./samples.ts";

describe("the snapshot that a store is held against", () => {
  const dropped = ["customer fell from 100 rows to 40: more than half of it is gone"];

  it("is the newest, by sequence and never by the clock", () => {
    assert.equal(baselineOf([], {}), null);
    const old = snapshotOf(1, receiptOf(full));
    const next = { ...snapshotOf(2, receiptOf(full)), createdAt: "2020-01-01T00:00:00.000Z" };
    assert.deepEqual(baselineOf([next, old], {}), { snapshot: next, doubtful: [] });
  });

  it("is the last one before a suspicious drop, however many backups follow it", () => {
    const [a, b, c, d] = [
      snapshotOf(1, receiptOf(full)),
      snapshotOf(2, receiptOf(full)),
      snapshotOf(3, receiptOf(fewer), dropped),
      snapshotOf(4, receiptOf(fewer)),
    ];
    assert.deepEqual(baselineOf([a, b, c, d], {}), { snapshot: b, doubtful: [c, d] });
  });

  it("is the newest again when somebody has acknowledged the drop", () => {
    const all = [
      snapshotOf(1, receiptOf(full)),
      snapshotOf(2, receiptOf(fewer)),
      snapshotOf(3, receiptOf(fewer)),
    ];
    assert.equal(baselineOf(all, {})?.snapshot.sequence, 3);
  });

  it("is the newest again when what was gone is back, or may be gone after all", () => {
    const all = [
      snapshotOf(1, receiptOf(full)),
      snapshotOf(2, receiptOf(fewer), dropped),
      snapshotOf(3, receiptOf({ ...full, invoice: 210 })),
    ];
    assert.deepEqual(baselineOf(all, {}), { snapshot: all[2], doubtful: [] });
    const may = { customer: { shrinkMax: 0.6 } };
    assert.equal(baselineOf(all.slice(0, 2), may)?.snapshot.sequence, 2);
  });

  it("goes past two drops to the last one before the first", () => {
    const all = [
      snapshotOf(1, receiptOf(full)),
      snapshotOf(2, receiptOf(fewer), dropped),
      snapshotOf(3, receiptOf(fewer)),
      snapshotOf(4, receiptOf({ customer: 40 }), ["invoice vanished: it had 200 rows"]),
    ];
    assert.equal(baselineOf(all, {})?.snapshot.sequence, 1);
  });

  it(`never has a suspicious drop between itself and one it replaced (SEED=${SEED})`, () => {
    const counts = fc.record({
      a: fc.integer({ min: 0, max: 40 }),
      b: fc.integer({ min: 0, max: 40 }),
    });
    fc.assert(
      fc.property(fc.array(counts, { minLength: 1, maxLength: 8 }), (history) => {
        const all = history.map((each, index) => {
          const before = history[index - 1];
          const receipt = receiptOf(each);
          const drops = before ? suspiciousDrops(receiptOf(before), receipt, {}) : [];
          return snapshotOf(index + 1, receipt, drops);
        });
        const found = baselineOf(all, {});
        assert.ok(found !== null);
        const { snapshot, doubtful } = found;
        assert.equal(snapshot.sequence + doubtful.length, all.length);
        for (const each of doubtful)
          assert.notDeepEqual(suspiciousDrops(snapshot.receipt, each.receipt, {}), []);
      }),
      { seed: SEED },
    );
  });
});
