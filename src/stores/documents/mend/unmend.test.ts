import assert from "node:assert/strict";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";

import { mendBench } from "./bench.ts";

const CONTRACT = "contracts/CNT-0042.json";

describe("documents that were mended", () => {
  it("are what they were again when it is undone, but for what was written since", async () => {
    await using bench = await mendBench();
    bench.write(CONTRACT, "");
    bench.edit("notes/1.json", '"text"', '"text');
    rmSync(join(bench.sample.path, "agents.json"));
    const hurt = bench.read("notes/1.json");
    await bench.mend([bench.copy]);
    bench.edit(CONTRACT, '"title": "', '"title": "newer ');
    const newer = bench.read(CONTRACT);
    const order = { kind: "unmend-documents", quarantine: bench.quarantine } as const;
    const { touched } = await bench.sample.live.amend(order, AbortSignal.timeout(60_000));
    assert.deepEqual(touched, [CONTRACT]);
    assert.deepEqual(bench.read(CONTRACT), newer);
    assert.deepEqual(bench.read("notes/1.json"), hurt);
    assert.ok(!existsSync(join(bench.sample.path, "agents.json")));
  });
});
