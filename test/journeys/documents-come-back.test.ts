import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { describe, it } from "node:test";

import { memoryFolder } from "../support/folder.ts";
import { contract, DocumentSite, type Run } from "./document-site.ts";

describe("documents that are damaged or gone", () => {
  it("come back from an older snapshot, where the newest has them damaged", async () => {
    await using site = new DocumentSite(await memoryFolder());
    await site.run(0, "backup");
    site.write(contract("0042"), site.good(contract("0042")).slice(0, 150));
    await site.run(0, "backup");
    await site.run(0, "backup");
    const document = (await site.run(0, "full-recovery", "--yes", "--reason", "test")) as {
      readonly sound: boolean;
      readonly run: Run;
    };
    assert.ok(document.sound);
    assert.equal(document.run.proof.origins["restored"], 1);
    assert.equal(site.read(contract("0042")), site.good(contract("0042")));
  });

  it("are put back where their owner expects them, beside newer ones", async () => {
    await using site = new DocumentSite(await memoryFolder());
    await site.run(0, "backup");
    const [first = ""] = site.good("log.jsonl").split("\n");
    site.write("log.jsonl", `${first}\n{"id": 9, "n": 2}\n`);
    rmSync(site.path("agents.json"));
    const run = (await site.run(0, "recover", "--yes", "--reason", "test")) as Run;
    assert.equal(run.status, "succeeded");
    assert.equal(site.read("agents.json"), site.good("agents.json"));
    const others = site.good("log.jsonl").split("\n").slice(1, 4).join("\n");
    assert.equal(site.read("log.jsonl"), `${first}\n{"id": 9, "n": 2}\n${others}\n`);
    for (const look of ["audit", "integrity"]) await site.run(0, look);
  });
});
