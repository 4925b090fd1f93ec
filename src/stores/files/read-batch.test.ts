import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { it } from "node:test";

import { treeBench } from "../../../test/support/tree-bench.ts";
import { buildTreeZoo } from "../../../test/support/tree-zoo.ts";
import { CoarseClock } from "./clock.ts";
import { listTree } from "./list-tree.ts";
import { readBatch, readBatchInTurns, type BatchReading } from "./read-batch.ts";
import { makeSpool } from "./spool.ts";

for (const copiesAll of [false, true]) {
  const what = copiesAll ? "copied" : "left where they are";
  it(`a batch is the same whether others are heard meanwhile or not; large files ${what}`, async () => {
    await using bench = await treeBench();
    const root = bench.path("live");
    buildTreeZoo(root);
    using clock = new CoarseClock(bench.path("clock"));
    const ignored = { folder() {}, leftAlone() {}, special() {}, trouble() {} };
    const [listed] = listTree(root, () => false, ignored);
    assert.ok(listed);
    const now = clock.now();
    const spools = [makeSpool(bench.path("one")), makeSpool(bench.path("two"))] as const;
    const order = (at: 0 | 1) => ({
      ...listed,
      root,
      now,
      read: { spool: spools[at], copiesAll, linked: true },
    });
    const [once, inTurns] = [readBatch(order(0)), await readBatchInTurns(order(1))];
    assert.ok(once.sizes.some((size) => size > 2_000_000));
    const contents = (reading: BatchReading, at: 0 | 1): readonly (Buffer | number)[] => {
      const spool = readFileSync(spools[at].path);
      return Array.from(reading.offsets, (offset, row) =>
        offset < 0 ? offset : spool.subarray(offset, offset + (reading.sizes[row] ?? 0)),
      );
    };
    assert.deepEqual({ ...inTurns, offsets: null }, { ...once, offsets: null });
    assert.deepEqual(contents(inTurns, 1), contents(once, 0));
  });
}
