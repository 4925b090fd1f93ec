import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { list, logLine, mendBench, type MendBench } from "./bench.ts";

/** Zeros from the middle of one record to the middle of a later one: a sector that was lost. */
function wipe(bench: MendBench, path: string, from: string, to: string): void {
  const bytes = bench.read(path);
  bytes.fill(0, bytes.indexOf(from) + 2, bytes.indexOf(to) + 2);
  bench.write(path, bytes);
}

const restoredOf = async (bench: MendBench, path: string): Promise<readonly unknown[]> =>
  (await bench.mend([bench.copy])).documents
    .filter((each) => each.path === path && each.verdict === "restored")
    .map(({ key }) => key);

describe("records that went with the damage of another", () => {
  it("come back in their order, and are told by key", async () => {
    await using bench = await mendBench();
    wipe(bench, "list.json", "item 1", "item 3");
    wipe(bench, "log.jsonl", "line 1", "line 3");
    wipe(bench, "keyed.json", "member a", "member b");
    const { documents } = await bench.mend([bench.copy]);
    for (const path of ["list.json", "log.jsonl"])
      assert.equal(bench.read(path).toString(), bench.good(path).toString());
    const members = (bytes: Buffer): unknown => JSON.parse(bytes.toString());
    assert.deepEqual(members(bench.read("keyed.json")), members(bench.good("keyed.json")));
    const told = documents
      .toSorted((one, other) => (one.path < other.path ? -1 : one.path > other.path ? 1 : 0))
      .map(({ path, verdict, key }) => [path, verdict, key]);
    assert.deepEqual(told, [
      ["keyed.json", "restored", { _path: "keyed.json", _index: 0 }],
      ["keyed.json", "restored", { _path: "keyed.json", _index: 0 }],
      ...[1, 2, 3].map((id) => ["list.json", "restored", { id }]),
      ...[1, 2, 3].map((id) => ["log.jsonl", "restored", { id }]),
    ]);
  });

  it("come back where the one before them has lost its end", async () => {
    await using bench = await mendBench();
    bench.edit("list.json", 'xt": "item 1", "n": 1.50},', "");
    assert.deepEqual(await restoredOf(bench, "list.json"), [{ id: 1 }]);
    assert.equal(bench.read("list.json").toString(), list(1, 2, 3, 4, 5));
  });

  it("come back where nothing has a key, and the first of them lacks its end alone", async () => {
    await using bench = await mendBench();
    bench.edit("keyed.json", '},\n  "b": {"text": "mem', "\u{7}##\u{1}\u{3}L");
    const { losses } = await bench.mend([bench.copy]);
    const members = (bytes: Buffer): unknown => JSON.parse(bytes.toString());
    assert.deepEqual(members(bench.read("keyed.json")), members(bench.good("keyed.json")));
    assert.deepEqual(losses, []);
  });

  it("are named where the one behind them is newer than the copy", async () => {
    await using bench = await mendBench();
    const newer = logLine(6);
    bench.edit("log.jsonl", logLine(5), logLine(5) + newer);
    bench.edit("log.jsonl", / 3", [^]* 5",/, ' 3", ##');
    const { losses, documents } = await bench.mend([bench.copy]);
    assert.ok(bench.read("log.jsonl").toString().endsWith(newer), "what is newer is gone");
    for (const id of [4, 5]) {
      const isBack = bench.read("log.jsonl").includes(`"id": ${id}, `);
      const isNamed = losses.some(({ key }) => hasId(key, id));
      assert.notEqual(isBack, isNamed, JSON.stringify(documents));
    }
  });

  it("stay away where they were deleted before their neighbour was damaged", async () => {
    await using bench = await mendBench();
    bench.edit("list.json", '  {"id": 3, "text": "item 3", "n": 1.50},\n', "");
    bench.edit("list.json", 'item 2", "n"', 'item 2", ###');
    bench.edit("log.jsonl", logLine(3), "");
    bench.edit("log.jsonl", 'line 4", "big"', 'line 4", ###');
    await bench.mend([bench.copy]);
    assert.equal(bench.read("list.json").toString(), list(1, 2, 4, 5));
    assert.equal(bench.read("log.jsonl").toString(), [1, 2, 4, 5].map(logLine).join(""));
  });

  it("come back where their line is blank, zeros or a scrap, and else are named", async () => {
    const long = (id: number): string => logLine(id).replace("line", "a long line ".repeat(20));
    const lines = [1, 2, 3, 4, 5].map(long);
    await using bench = await mendBench({ "zeros.jsonl": lines.join("") });
    bench.write("zeros.jsonl", [lines[0], "##\n", lines[2], "\n", lines[4]].join(""));
    bench.edit("torn.jsonl", `\n${logLine(3)}`, `${"\0".repeat(logLine(3).length)}\n`);
    bench.edit("log.jsonl", logLine(2) + logLine(3), '{"id": 2, "te\n');
    bench.edit("list.json", /\{"id": 3.*\n.*"n": 1.50\}/, '{"id": 3, \n  garbage}{,');
    const { losses, documents } = await bench.mend([bench.copy]);
    const told = documents.map(({ path, key, verdict }) => [path, key, verdict]);
    assert.deepEqual(
      told.filter(([, , verdict]) => verdict === "lost"),
      losses.map(({ path, key }) => [path, key, "lost"]),
    );
    for (const path of ["zeros.jsonl", "torn.jsonl"])
      assert.equal(bench.read(path).toString(), bench.good(path).toString());
    for (const [path, back, gone] of [
      ["log.jsonl", 2, 3],
      ["list.json", 3, 4],
    ] as const) {
      assert.ok(bench.read(path).includes(`"id": ${back}, "text"`), path);
      const isBack = bench.read(path).includes(`"id": ${gone}, "text"`);
      const isNamed = losses.some((each) => each.path === path && hasId(each.key, gone));
      assert.notEqual(isBack, isNamed, `${path}: ${JSON.stringify(told)}`);
    }
  });
});

function hasId(key: unknown, id: number): boolean {
  return JSON.stringify(key) === JSON.stringify({ id });
}
