import assert from "node:assert/strict";
import { appendFile, cp, mkdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";

import { memoryFolder } from "../support/folder.ts";
import { expectSalvor, PROJECT } from "../support/salvor.ts";

interface Finding {
  readonly code: string;
  readonly severity: string;
  readonly location: { readonly file?: string; readonly line?: number; readonly pointer?: string };
}

const RULES = `-- rule: paid · high · A completed contract was worth nothing
SELECT contract_id, value_amount FROM contracts
WHERE status = 'completed' AND CAST(value_amount AS REAL) <= 0
`;

describe("a folder of documents", () => {
  it("is found, backed up, damaged, looked at, restored in place, and the same as before", async () => {
    await using folder = await memoryFolder();
    const home = folder.join("home");
    await mkdir(home, { mode: 0o700 });
    await cp(join(PROJECT, "test/data/contracts"), folder.join("data/contracts"), {
      recursive: true,
    });
    const within = { cwd: folder.path, env: { HOME: home } };
    const run = async (
      status: number | readonly number[],
      ...args: readonly string[]
    ): Promise<unknown> => {
      const { stdout } = await expectSalvor(status, [...args, "--json"], within);
      return JSON.parse(stdout);
    };
    const codes = async (
      status: number | readonly number[],
      look: string,
    ): Promise<readonly string[]> => {
      const { findings } = (await run(status, look)) as { readonly findings: readonly Finding[] };
      return findings.map(({ code, location }) => `${code} ${location.file ?? ""}`.trim()).sort();
    };

    const init = (await run(0, "init")) as { readonly stores: readonly string[] };
    assert.deepEqual(init.stores, ["contracts"]);
    const proposed = await readFile(folder.join("salvor.yaml"), "utf8");
    assert.match(proposed, /contracts: \{ files: "contracts\/\*\.json", key: contract_id \}/);
    assert.match(proposed, /agents: \{ files: agents\.json, key: agent_id \}/);
    await appendFile(folder.join("salvor.yaml"), "    rules: ./paid.sql\n");
    await writeFile(folder.join("paid.sql"), RULES);

    await run(0, "backup", "--verify");
    const first = (await run(0, "receipt", "contracts")) as { readonly digest: string };
    assert.deepEqual(await codes(0, "audit"), []);

    await truncate(folder.join("data/contracts/contracts/CNT-0042.json"), 200);
    await rm(folder.join("data/contracts/agents.json"));
    const paid = folder.join("data/contracts/contracts/CNT-0002.json");
    await writeFile(paid, (await readFile(paid, "utf8")).replace('"1056.92"', '"0"'));
    const audit = await codes(1, "audit");
    assert.ok(audit.includes("documents.json.truncated contracts/CNT-0042.json"), audit.join());
    assert.ok(audit.includes("documents.file.missing agents.json"), audit.join());
    const integrity = await codes(1, "integrity");
    assert.ok(
      integrity.some((each) => each.startsWith("rule.broken")),
      integrity.join(),
    );
    const scan = await codes(1, "scan");
    assert.ok(scan.includes("documents.pattern.truncation contracts/CNT-0042.json"), scan.join());

    // The change to CNT-0002 is newer than the snapshot, and is declared as a loss.
    await run(6, "restore", "contracts@latest", "--in-place", "--yes", "--reason", "test");
    const proof = (await run(0, "compare", "contracts@latest", "contracts")) as {
      readonly equal: boolean;
    };
    assert.ok(proof.equal);
    const second = (await run(0, "receipt", "contracts")) as { readonly digest: string };
    assert.equal(second.digest, first.digest);
    // What a look has found, the same look resolves: the last one leaves nothing that matters.
    for (const look of ["audit", "scan"]) await codes([0, 1], look);
    const rest = await codes(0, "integrity");
    assert.deepEqual([...new Set(rest)], ["documents.reference.candidate"]);
  });
});
