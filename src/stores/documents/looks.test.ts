import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdir, readFile, symlink, truncate, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import type { Observation } from "../../core/finding.ts";
import type { JsonObject } from "../../core/json.ts";
import type { InspectionKind, Inspection, Specimen } from "../types.ts";
import { COLLECTIONS, sampleStore, type Sample } from "./samples.ts";

const signal = AbortSignal.timeout(60_000);

const SCHEMA_FILE = join(tmpdir(), `salvor-contract-${process.pid}.json`);
const SCHEMA = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  required: ["contract_id", "title", "status"],
  properties: {
    status: { enum: ["available", "claimed", "completed", "expired"] },
    estimated_hours: { type: "integer", minimum: 0 },
    created_at: { type: "string", format: "date-time" },
    "x-note": {},
  },
  "x-owner": "shop",
};

/** What one wants to know of a finding: its code, and where it is. */
function told({ code, location }: Observation): string {
  const { file, line, pointer } = location;
  const place = [file ?? location.table ?? "", line ?? "", pointer ?? ""].join(" ").trim();
  return `${code} ${place}`.trim();
}

async function look(specimen: Specimen, kind: InspectionKind): Promise<Inspection> {
  return specimen.inspect(kind, signal);
}

/** Everything that can be wrong, each in a document of its own, seen with each of the three looks. */
describe("a folder of contracts in which everything is wrong", () => {
  let sample: Sample;
  let specimen: Specimen;
  const file = (name: string): string => join(sample.path, name);
  const contract = (number: number): string =>
    `contracts/CNT-${String(number).padStart(4, "0")}.json`;
  const edit = async (name: string, change: (text: string) => string): Promise<void> => {
    const text = await readFile(file(name), "utf8");
    assert.notEqual(change(text), text, `${name} was not changed`);
    await writeFile(file(name), change(text));
  };
  /** The first contract from a number on that is in a state. */
  const inState = async (from: number, state: string): Promise<number> => {
    for (let number = from; ; number++) {
      const text = await readFile(file(contract(number)), "utf8");
      if (text.includes(`"status": "${state}"`)) return number;
    }
  };
  let completed = 0;
  let claimed = 0;
  let disordered = 0;

  before(async () => {
    await writeFile(SCHEMA_FILE, JSON.stringify(SCHEMA));
    sample = await sampleStore({
      collections: {
        ...COLLECTIONS,
        contracts: {
          ...(COLLECTIONS["contracts"] as object),
          schema: SCHEMA_FILE,
        },
        absent: { files: "absent.json" },
        nowhere: { files: "nowhere/*.json" },
      },
    });
    completed = await inState(100, "completed");
    claimed = await inState(110, "claimed");
    disordered = await inState(120, "completed");
    await truncate(file(contract(1)), 300);
    await writeFile(file(contract(2)), "");
    await edit(contract(3), (text) => `\u{FEFF}${text}`);
    await edit(contract(4), (text) => text.replace("{", '{ "title": "again",'));
    await edit(contract(5), (text) =>
      text.replace(/"amount": "[^"]*"/, '"amount": 0.1000000000000000000001'),
    );
    await edit(contract(6), (text) => text.replace(/"title": "/, '"title": "\\ud800 '));
    await edit(contract(7), (text) => text.replace(/"status": "\w+"/, '"status": "lost"'));
    await edit(contract(8), (text) => text.replace("CNT-0008", "CNT-0009"));
    await edit(contract(completed), (text) =>
      text.replace(/"completed_at": "[^"]*"/, '"completed_at": null'),
    );
    await edit(contract(claimed), (text) =>
      text.replace(/"claimed_by": "[^"]*"/, '"claimed_by": "Agent-99"'),
    );
    await edit(contract(disordered), (text) =>
      text.replace(/"created_at": "\d{4}/, '"created_at": "2031'),
    );
    await edit(contract(10), (text) => text.replace(/"contract_id": "[^"]*",/, ""));
    await writeFile(
      file(contract(11)),
      Buffer.concat([Buffer.from('{"contract_id": "'), Buffer.from([0xff]), Buffer.from('"}')]),
    );
    await unlink(file(contract(12)));
    await symlink("CNT-0013.json", file(contract(12)));
    await writeFile(file("contracts/CNT-0014 (copy).json"), await readFile(file(contract(14))));
    assert.equal(spawnSync("mkfifo", [file("contracts/pipe.json")]).status, 0);
    await writeFile(file("contracts/.CNT-0015.json.swp"), "left over");
    await edit("metadata.json", (text) =>
      text.replace('"total_contracts": 240', '"total_contracts": 500'),
    );
    specimen = await sample.live.hold(signal);
  });
  after(async () => {
    await specimen[Symbol.asyncDispose]();
    await sample[Symbol.asyncDispose]();
    await unlink(SCHEMA_FILE);
  });

  it("audits files and JSON, with the place of each fault", async () => {
    const { observations, files, complete, collections } = await look(specimen, "audit");
    assert.deepEqual(observations.map(told).sort(), [
      "documents.derived metadata.json  /by_status/lost",
      "documents.derived metadata.json  /total_contracts",
      "documents.file.empty contracts/CNT-0002.json",
      "documents.file.missing absent.json",
      "documents.file.not-regular contracts/CNT-0012.json",
      "documents.file.not-regular contracts/pipe.json",
      "documents.folder.missing nowhere",
      "documents.json.bom contracts/CNT-0003.json 1",
      "documents.json.duplicate-key contracts/CNT-0004.json 3 /title",
      "documents.json.lone-surrogate contracts/CNT-0006.json 3 /title",
      "documents.json.not-utf8 contracts/CNT-0011.json 1",
      "documents.json.number-precision contracts/CNT-0005.json 9 /value/amount",
      "documents.json.truncated contracts/CNT-0001.json 9 /value",
    ]);
    assert.ok(complete, "a link is seen for what it is, and hides nothing");
    assert.deepEqual(collections, {
      "(files)": 246,
      absent: 0,
      agents: 8,
      contracts: 240,
      metadata: 1,
      nowhere: 0,
    });
    const faulty = files.filter(({ valid }) => !valid).map(({ path }) => path);
    const damaged = [1, 2, 3, 11].map((number) => file(contract(number)));
    assert.deepEqual(faulty.toSorted(), damaged);
  });

  it("holds documents against their rules, and blames no reference on damage", async () => {
    const { observations } = await look(specimen, "integrity");
    const found = observations.map(told).sort();
    const isReference = (each: string): boolean => each.startsWith("documents.reference");
    assert.deepEqual(
      found.filter((each) => !isReference(each)),
      [
        "documents.derived metadata.json  /by_status/lost",
        "documents.derived metadata.json  /total_contracts",
        "documents.key.duplicate contracts/CNT-0009.json",
        "documents.key.duplicate contracts/CNT-0014.json",
        "documents.key.missing contracts/CNT-0010.json",
        `documents.order ${contract(disordered)}  /claimed_at`,
        "documents.schema contracts/CNT-0007.json  /status",
        "documents.schema contracts/CNT-0010.json",
        `documents.state ${contract(completed)}  /completed_at`,
      ],
    );
    assert.deepEqual(found.filter(isReference), await orphans());
  });

  /** References to the contracts that are gone, by reading all others. */
  async function orphans(): Promise<readonly string[]> {
    const gone = new Set(["CNT-0008", "CNT-0010", "CNT-0012", "Agent-99"]);
    const found: string[] = [];
    for (let number = 13; number <= 240; number++) {
      const document = JSON.parse(await readFile(file(contract(number)), "utf8")) as {
        readonly claimed_by: string | null;
        readonly depends_on: readonly string[];
      };
      const name = `documents.reference.missing ${contract(number)} `;
      if (gone.has(document.claimed_by ?? "")) found.push(`${name} /claimed_by`);
      document.depends_on.forEach((each, at) => {
        if (gone.has(each)) found.push(`${name} /depends_on/${at}`);
      });
    }
    assert.ok(found.length > 1, "nobody depends on what is gone");
    return found.sort();
  }

  it("scans for what was left behind, and for copies", async () => {
    const { observations } = await look(specimen, "scan");
    assert.deepEqual(observations.map(told).sort(), [
      "documents.copy contracts/CNT-0014.json",
      "documents.leftover contracts/.CNT-0015.json.swp",
      "documents.pattern.binary contracts/CNT-0011.json 1",
      "documents.pattern.truncation contracts/CNT-0001.json 7",
    ]);
  });
});

it("shows fields that look like references nobody declared, without blaming anybody", async () => {
  const { contracts, agents } = COLLECTIONS;
  const plain = { ...(contracts as JsonObject), references: {} };
  await using sample = await sampleStore({
    collections: { contracts: plain, agents: agents ?? null },
  });
  await using specimen = await sample.live.hold(signal);
  const { observations } = await look(specimen, "integrity");
  assert.deepEqual(
    observations.map(({ code, severity, evidence }) => [code, severity, evidence].join(" ")).sort(),
    [
      "documents.reference.candidate info references: { claimed_by: agents }",
      "documents.reference.candidate info references: { depends_on: contracts }",
    ],
  );
});

it("says that a schema cannot be used, and what of it", async () => {
  await using sample = await sampleStore({
    collections: { contracts: { files: "contracts/*.json", schema: "/nowhere/contract.json" } },
  });
  await using specimen = await sample.live.hold(signal);
  const { observations } = await look(specimen, "integrity");
  assert.deepEqual(observations.map(told), ["documents.schema.unusable contracts"]);
});

it("lays documents out as tables for rules: objects flattened, lists and documents as JSON", async () => {
  await using sample = await sampleStore();
  await using image = await sample.live.capture({ exclusive: false }, signal);
  const limits = { timeoutMs: 30_000, rowsMax: 10, bytesMax: 100_000 };
  const text = `SELECT c.contract_id, c.value_amount, json_array_length(c.deliverables) AS parts,
      json_extract(c._document, '$.value.currency') AS currency, c._path, c._index, a.active
    FROM contracts c JOIN agents a ON a.agent_id = c.claimed_by WHERE c.contract_id = 'CNT-0002'`;
  const { rows } = await image.query({ text, ...limits }, signal);
  assert.deepEqual(rows, [
    {
      contract_id: "CNT-0002",
      value_amount: "1056.92",
      parts: 4,
      currency: "EUR",
      _path: "contracts/CNT-0002.json",
      _index: null,
      active: 1,
    },
  ]);
  const writing = image.query({ text: "DELETE FROM contracts", ...limits }, signal);
  await assert.rejects(writing, { code: "QUERY_REFUSED" });
});

it("leaves nothing in scratch space, whatever was asked", async () => {
  await using sample = await sampleStore();
  {
    await using specimen = await sample.live.hold(signal);
    const limits = { timeoutMs: 30_000, rowsMax: 10, bytesMax: 100_000 };
    await specimen.image?.query({ text: "SELECT 1 FROM contracts", ...limits }, signal);
    await specimen.image?.seal({ portable: true }, signal);
    assert.ok((await readdir(sample.folder)).length > 1, "nothing was ever there");
  }
  assert.deepEqual(await readdir(sample.folder), ["live"]);
});
