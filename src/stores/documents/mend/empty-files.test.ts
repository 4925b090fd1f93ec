import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";

import { mendBench } from "./bench.ts";

describe("lines and folders that are empty", () => {
  it("are nobody's loss where they always were", async () => {
    await using bench = await mendBench({ "log.jsonl": "" });
    rmSync(join(bench.sample.path, "notes"), { recursive: true });
    rmSync(join(bench.copy.address, "notes"), { recursive: true });
    bench.write("contracts/CNT-0001.json", "");
    const alone = await bench.mend([], true);
    assert.deepEqual(
      alone.losses.map(({ path }) => path),
      ["contracts/CNT-0001.json"],
    );
    const { losses, wanted } = await bench.mend([bench.copy]);
    assert.deepEqual(losses, []);
    assert.deepEqual(wanted, ["notes"]);
    assert.deepEqual(bench.differing(), []);
  });

  it("come back where a copy has something", async () => {
    await using bench = await mendBench();
    bench.write("log.jsonl", "");
    assert.ok((await bench.mend([], true)).wanted.includes("log.jsonl"));
    const { documents, losses } = await bench.mend([bench.copy]);
    assert.equal(documents.filter(({ path }) => path === "log.jsonl").length, 5);
    assert.deepEqual(losses, []);
    assert.equal(bench.read("log.jsonl").toString(), bench.good("log.jsonl").toString());
  });
});
