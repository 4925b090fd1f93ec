import assert from "node:assert/strict";
import { cpSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";

import { mendBench, type MendBench } from "./bench.ts";

/** The folder of the contracts leads out of the store; gives what it leads to. */
function leadOut(bench: MendBench): string {
  const outside = join(bench.sample.folder, "outside");
  mkdirSync(outside);
  writeFileSync(join(outside, "CNT-0001.json"), "");
  rmSync(join(bench.sample.path, "contracts"), { recursive: true });
  symlinkSync(outside, join(bench.sample.path, "contracts"));
  return outside;
}

describe("a link in the place of a folder of documents", () => {
  for (const back of [[], ["contracts"]])
    it(`is not written through, with ${back.length} collections to bring back`, async () => {
      await using bench = await mendBench();
      const outside = leadOut(bench);
      const metadata = bench.read("metadata.json");
      await bench.mend([{ ...bench.copy, back }]).catch((error: unknown) => {
        assert.match(String(error), /contracts/);
      });
      assert.deepEqual(readdirSync(outside), ["CNT-0001.json"]);
      assert.equal(bench.read("metadata.json").toString(), metadata.toString());
    });

  it("is a finding that only a person can settle, and says nothing of counts", async () => {
    await using bench = await mendBench();
    leadOut(bench);
    await using specimen = await bench.sample.live.hold(AbortSignal.timeout(60_000));
    for (const kind of ["audit", "integrity"] as const) {
      const { observations } = await specimen.inspect(kind, AbortSignal.timeout(60_000));
      const told = observations.map(({ code, location }) => [code, location.file]);
      const here = ["documents.folder.not-regular", "contracts"];
      assert.deepEqual(
        told.filter(([code]) => code === "documents.derived"),
        [],
      );
      assert.deepEqual(
        told.filter(([, file]) => file === "contracts"),
        kind === "audit" ? [here] : [],
      );
    }
  });

  it("is one as well where it is a file", async () => {
    await using bench = await mendBench();
    const path = join(bench.sample.path, "contracts");
    rmSync(path, { recursive: true });
    cpSync(join(bench.sample.path, "agents.json"), path);
    await using specimen = await bench.sample.live.hold(AbortSignal.timeout(60_000));
    const { observations } = await specimen.inspect("audit", AbortSignal.timeout(60_000));
    const codes = observations.map(({ code }) => code);
    assert.ok(codes.includes("documents.folder.not-regular"), codes.join(", "));
    assert.ok(!codes.includes("documents.folder.missing"));
  });
});
