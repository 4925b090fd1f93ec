import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";

import { memoryFolder, type TemporaryFolder } from "../support/folder.ts";
import { expectSalvor, PROJECT } from "../support/salvor.ts";

const CONFIGURATION = `system: contracts
state: .salvor
repository: { path: ./backups }
stores:
  contracts:
    driver: documents
    path: ./data
    expect: { log.jsonl: { appendOnly: true } }
    collections:
      contracts:
        files: "contracts/*.json"
        key: contract_id
        references: { claimed_by: agents, depends_on: contracts }
        states: { field: status, completed: { requires: [completed_at] }, claimed: { requires: [claimed_by, claimed_at] } }
      agents: { files: agents.json, key: agent_id }
      log.jsonl: { files: log.jsonl, key: id }
      metadata:
        files: metadata.json
        derive: { total_contracts: count(contracts), by_status: "count(contracts, status)" }
`;

interface Run {
  readonly status: string;
  readonly quarantine: string | null;
  readonly losses: readonly { readonly key: unknown; readonly location: { file: string } }[];
  readonly steps: readonly { readonly action: string; readonly status: string }[];
  readonly amended: readonly { readonly mended?: { readonly pending: number } }[];
  readonly proof: {
    readonly basis: string;
    readonly equal: boolean;
    readonly level: string;
    readonly origins: Readonly<Record<string, number>>;
    readonly documents: readonly {
      readonly key: unknown;
      readonly verdict: string;
      readonly path?: string;
    }[];
    readonly documentsTotal: number;
  };
}

/** The contracts, with a configuration and an operator who types. */
class Site implements AsyncDisposable {
  readonly folder: TemporaryFolder;

  constructor(folder: TemporaryFolder) {
    this.folder = folder;
    mkdirSync(folder.join("home"), { mode: 0o700 });
    cpSync(join(PROJECT, "test/data/contracts"), folder.join("data"), { recursive: true });
    writeFileSync(folder.join("salvor.yaml"), CONFIGURATION, { mode: 0o600 });
    this.write("log.jsonl", [1, 2, 3, 4].map((id) => `{"id": ${id}, "n": 1.50}\n`).join(""));
    cpSync(folder.join("data"), folder.join("good"), { recursive: true });
  }

  async run(status: number, ...args: readonly string[]): Promise<unknown> {
    const { path: cwd } = this.folder;
    const within = { cwd, env: { HOME: this.folder.join("home") } };
    const { stdout } = await expectSalvor(status, [...args, "--json"], within);
    return JSON.parse(stdout);
  }

  path(name: string): string {
    return this.folder.join("data", name);
  }

  read(name: string): string {
    return readFileSync(this.path(name), "utf8");
  }

  good(name: string): string {
    return readFileSync(this.folder.join("good", name), "utf8");
  }

  write(name: string, text: string | Uint8Array): void {
    writeFileSync(this.path(name), text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.folder[Symbol.asyncDispose]();
  }
}

const contract = (number: string): string => `contracts/CNT-${number}.json`;

/** Damage of many kinds, each in a file of its own. */
function damage(site: Site): void {
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
    await using site = new Site(await memoryFolder());
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
    await using site = new Site(await memoryFolder());
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

  it("come back from an older snapshot, where the newest has them damaged", async () => {
    await using site = new Site(await memoryFolder());
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
    await using site = new Site(await memoryFolder());
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
