import assert from "node:assert/strict";
import { it } from "node:test";

import { treeBench } from "../../../test/support/tree-bench.ts";
import { buildTreeZoo } from "../../../test/support/tree-zoo.ts";
import { CoarseClock } from "./clock.ts";
import { FileColumns, tableEntries } from "./file-table.ts";
import { Lanes } from "./lanes.ts";
import { entriesOf } from "./read-entries.ts";
import { makeSpool } from "./spool.ts";
import { TreeReader } from "./tree-reader.ts";

it("a table of files gives the entries that it was made of, in their order", async () => {
  await using bench = await treeBench();
  const root = bench.path("live");
  buildTreeZoo(root);
  using clock = new CoarseClock(bench.path("clock"));
  await using lanes = new Lanes();
  const reader = new TreeReader(root, () => false, makeSpool(bench.path("spool")), lanes);
  await reader.round(clock.now());
  const columns = new FileColumns(reader.batches.reduce((sum, { rows }) => sum + rows, 0));
  for (const batch of reader.batches) columns.add(batch);
  const { table } = columns.finish();
  const names = new Map<string, string>();
  const expected = reader.batches.flatMap((batch) => [...entriesOf(batch, names)]);
  assert.ok(expected.some(({ entry }) => entry.hardlink !== null));
  assert.ok(expected.some(({ entry }) => entry.mtimeNs > 2n ** 63n));
  assert.deepEqual([...tableEntries(structuredClone(table))], expected);
});
