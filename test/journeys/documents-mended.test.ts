import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";

import { memoryFolder } from "../support/folder.ts";
import { CONFIGURATION, contract, DocumentSite, type Run } from "./document-site.ts";

/** Damage of many kinds, each in a file of its own. */
function damage(site: DocumentSite): void {
  const of = (number: string): string => site.good(contract(number));
  const harm: Readonly<Record<string, string | Uint8Array>> = {
    "0010": of("0010").slice(0, 300),
    "0011": "",
    "0012": Buffer.from(of("0012")).fill(0, 10, 400),
    "0013": Buffer.from(of("0013").replace('"title": "', '"title": "\u0001\u0002'), "latin1"),
    "0014": of("0014").replace('",\n', '"\n'),
    "0015": `${of("0015")}${of("0016")}`,
    "0017": of("0017").replace(
      /("status": "[a-z]*",)/,
      '<<<<<<< ours\n$1\n=======\n"status": "x",\n>>>>>>> theirs',
    ),
    "0018": of("0018").replace('"title"', '"title": "another", "title"'),
  };
  for (const [number, text] of Object.entries(harm)) site.write(contract(number), text);
  site.write("contracts/.CNT-0010.json.tmp", of("0010").slice(0, 100));
  site.write(
    "agents.json",
    site.good("agents.json").replace('"agent_id": "Agent-4",', '"ag\u0000\u0001,'),
  );
  site.write("log.jsonl", site.good("log.jsonl").replace('{"id": 3,', '{"#": 3}}'));
  site.write("metadata.json", site.good("metadata.json").replace("240", "238"));
}

describe("documents that are damaged", () => {
  it("are mended one by one, proven, and kept as they lay there", async () => {
    await using site = new DocumentSite(await memoryFolder());
    await site.run(0, "backup");
    const newer = site.good(contract("0100")).replace('"title": "', '"title": "newer ');
    site.write(contract("0100"), newer);
    damage(site);
    const hurt = site.read(contract("0010"));
    const planned = (await site.run(0, "recover", "--dry-run")) as Run;
    assert.equal(planned.status, "planned");
    assert.equal(planned.amended[0]?.mended?.pending, 11);
    assert.equal(site.read(contract("0010")), hurt);

    const run = (await site.run(0, "recover", "--yes", "--reason", "test")) as Run;
    assert.equal(run.status, "succeeded");
    assert.deepEqual(run.losses, []);
    assert.deepEqual(
      run.steps.map(({ action }) => action),
      ["backup", "repair-document", "verify-live"],
    );
    const { proof } = run;
    assert.deepEqual([proof.basis, proof.equal, proof.level], ["merge", true, "complete"]);
    const changed = proof.documents.filter(({ verdict }) => verdict !== "unchanged");
    assert.deepEqual(Object.fromEntries(changed.map(({ path, verdict }) => [path, verdict])), {
      ...Object.fromEntries(
        ["0010", "0011", "0012", "0013", "0015", "0017", "0018"].map((each) => [
          contract(each),
          "restored",
        ]),
      ),
      [contract("0014")]: "repaired",
      "agents.json": "restored",
      "log.jsonl": "restored",
      "metadata.json": "repaired",
    });
    const { unchanged, repaired, restored, lost } = proof.origins;
    assert.deepEqual([unchanged, repaired, restored, lost], [242, 2, 9, 0]);
    assert.equal(proof.documentsTotal, 253);
    assert.equal(proof.documents.length, 253);

    for (const number of ["0010", "0011", "0012", "0013", "0014", "0015", "0017", "0018"])
      assert.equal(site.read(contract(number)), site.good(contract(number)), number);
    for (const name of ["agents.json", "log.jsonl", "metadata.json"])
      assert.equal(site.read(name), site.good(name), name);
    assert.equal(site.read(contract("0100")), newer);
    const kept = join(run.quarantine ?? "", "round-1");
    assert.equal(readFileSync(join(kept, "before", contract("0010")), "utf8"), hurt);
    assert.equal(
      readFileSync(join(kept, "after", contract("0010")), "utf8"),
      site.good(contract("0010")),
    );
    for (const look of ["audit", "integrity", "scan"]) await site.run(0, look);
    assert.ok(existsSync(site.path("contracts/.CNT-0010.json.tmp")));
  });

  it("are declared as lost where no snapshot has them, and the rest is sound", async () => {
    await using site = new DocumentSite(await memoryFolder());
    const expectation = /^ *expect: .*\n/m; // or its owner would be told that old rows are gone
    writeFileSync(site.folder.join("salvor.yaml"), CONFIGURATION.replace(expectation, ""));
    site.write(contract("0044"), "");
    site.write(contract("0014"), site.good(contract("0014")).replace('",\n', '"\n'));
    site.write("log.jsonl", site.good("log.jsonl").replace('{"id": 3,', '{"#": 3}}'));
    const run = (await site.run(6, "recover", "--yes", "--reason", "test")) as Run;
    assert.equal(run.status, "succeeded");
    assert.deepEqual(run.losses.map(({ location }) => location.file).toSorted(), [
      contract("0044"),
      "log.jsonl",
    ]);
    assert.equal(run.proof.equal, true);
    assert.equal(run.proof.origins["lost"], 2);
    assert.ok(!existsSync(site.path(contract("0044"))));
    assert.equal(site.read("log.jsonl"), site.good("log.jsonl").replace(/.*"id": 3.*\n/, ""));
    const { total_contracts: total } = JSON.parse(site.read("metadata.json")) as Record<
      string,
      number
    >;
    assert.equal(total, 239);
    for (const look of ["audit", "scan"]) await site.run(0, look);
  });
});
