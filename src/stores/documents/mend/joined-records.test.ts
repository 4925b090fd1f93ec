import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { list, logLine, mendBench, type MendBench } from "./bench.ts";

/** What a lost sector leaves, from within one record to within another. */
function wipe(bench: MendBench, path: string, [from, to]: readonly string[], filler = 0): void {
  const bytes = bench.read(path);
  const [start, end] = [bytes.indexOf(from ?? "?"), bytes.indexOf(to ?? "?")];
  assert.ok(start > 0 && end > start);
  bytes.fill(filler, start + 2, end + 2);
  bench.write(path, bytes);
}

const lines = (...ids: readonly number[]): string => ids.map(logLine).join("");

describe("records that damage has joined", () => {
  it("are no mixture of two without a copy, and what is between is named", async () => {
    await using bench = await mendBench();
    const damages = [
      ["log.jsonl", "list.json", 0],
      ["torn.jsonl", "first.json", 1],
      ["zeros.jsonl", "comma.json", 0xff],
    ] as const;
    for (const [log, array, filler] of damages) {
      wipe(bench, log, ["line 3", "line 5"], filler);
      wipe(bench, array, ["item 2", "item 4"], filler);
    }
    wipe(bench, "keyed.json", ["member a", "member b"]);
    const { losses } = await bench.mend([]);
    for (const [log, array] of damages) {
      assert.equal(bench.read(log).toString(), `${lines(1, 2)}{"id": 3}\n`);
      assert.equal(
        bench.read(array).toString(),
        list(1, 2, 5).replace(', "text": "item 2", "n": 1.50', ""),
      );
      for (const path of [log, array]) {
        const told = losses.filter((each) => each.path === path).map(({ loss }) => loss);
        assert.equal(told.length, 2, path);
        assert.match(
          told[1] ?? "",
          /the bytes \d+ to \d+ \(line \d\) held a.* that cannot be told/,
        );
      }
    }
    assert.deepEqual(JSON.parse(bench.read("keyed.json").toString()), { c: { text: "member c" } });
    assert.equal(losses.filter(({ path }) => path === "keyed.json").length, 1);
  });

  it("come back with all that lay between, and nothing counts as newer", async () => {
    await using bench = await mendBench();
    wipe(bench, "log.jsonl", ["line 3", "line 5"]);
    wipe(bench, "list.json", ["item 2", "item 4"]);
    const { losses, documents } = await bench.mend([bench.copy]);
    assert.deepEqual(losses, []);
    assert.deepEqual(bench.differing(), []);
    assert.deepEqual(
      documents.map(({ key }) => key),
      [...[2, 3, 4].map((id) => ({ id })), ...[3, 4, 5].map((id) => ({ id }))],
    );
  });

  it("of which one is sound behind zeros on its line, keep that one", async () => {
    await using bench = await mendBench();
    const line = logLine(3).length;
    const bytes = bench.read("log.jsonl");
    bytes.fill(0, lines(1, 2).length + line - 20, lines(1, 2, 3).length);
    bench.write("log.jsonl", bytes);
    const { losses } = await bench.mend([]);
    assert.equal(
      bench.read("log.jsonl").toString(),
      `${lines(1, 2)}{"id": 3, "text": "line 3"}\n${lines(4, 5)}`,
    );
    assert.equal(losses.length, 2);
  });

  it("count for nothing newer, however long the zeros between them are", async () => {
    await using bench = await mendBench();
    const zeros = { "log.jsonl": 2, "torn.jsonl": 6, "zeros.jsonl": 40, "list.json": 2 };
    const more = { "first.json": 6, "comma.json": 20, "cut.json": 50, "keyed.json": 12 };
    for (const [path, length] of Object.entries({ ...zeros, ...more })) {
      const bytes = bench.read(path);
      const end = bytes.indexOf(path === "keyed.json" ? '"b":' : '{"id": 4');
      bytes.fill(0, end - length / 2, end + length / 2);
      bench.write(path, bytes);
    }
    const { losses } = await bench.mend([bench.copy]);
    assert.deepEqual(losses, []);
    for (const path of bench.differing())
      assert.deepEqual(
        JSON.parse(bench.read(path).toString()),
        JSON.parse(bench.good(path).toString()),
      );
  });
});
