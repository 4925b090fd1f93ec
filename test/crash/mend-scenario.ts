import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { expectSalvor, PROJECT } from "../support/salvor.ts";
import { ENVIRONMENT, type Prepared, type Scenario, type Subject } from "./process-scenarios.ts";

const LIVE = "documents";

const CONFIGURATION = `system: crash
state: .salvor
repository:
  path: ./backups
stores:
  contracts:
    driver: documents
    path: ./${LIVE}
    collections:
      contracts: { files: "contracts/*.json", key: contract_id }
      agents: { files: agents.json, key: agent_id }
      log: { files: log.jsonl, key: id }
      metadata: { files: metadata.json, derive: { total_contracts: count(contracts) } }
`;

/** Files and their digests; two stores are the same when these are. */
type Listing = ReadonlyMap<string, string>;

/** What a command may leave while it is under way: each file is old or new, and drafts lie beside. */
const UNDER_WAY = "each document is old or new";
const DRAFT = ".salvor-draft";

/** The listings that a prepared folder knows; one scenario is prepared once in a process. */
const known: Listing[] = [];

const CONTRACTS: Subject = {
  store: "contracts",
  live: LIVE,
  contentOf: async (path) => {
    const found = listing(path);
    if (found.size === 0) return null;
    if (known.some((each) => show(each) === show(found))) return show(found);
    return isUnderWay(found) ? UNDER_WAY : show(found);
  },
  underWay: () => [UNDER_WAY, null],
};

function isUnderWay(found: Listing): boolean {
  const names = new Set([...known.flatMap((each) => [...each.keys()]), ...found.keys()]);
  return [...names].every(
    (name) => name.includes(DRAFT) || known.some((each) => each.get(name) === found.get(name)),
  );
}

/** Damage of several kinds, all of which a snapshot or the documents themselves make good. */
export const mendScenario: Scenario = {
  name: "recover documents one by one",
  args: ["recover", "contracts", "--yes", "--reason", "crash test"],
  subject: CONTRACTS,
  prepare: async (folder) => prepare(folder, damage),
};

/** A whole store of documents goes back into the place of one that was changed. */
export const documentsRestoreScenario: Scenario = {
  name: "restore of documents in place",
  args: ["restore", "contracts@latest", "--in-place", "--yes", "--reason", "crash test"],
  subject: CONTRACTS,
  prepare: async (folder) => prepare(folder, damage),
};

/** The listing that an undisturbed salvage leaves; the scenario is prepared once in a process. */
let salvaged = "";

/** What is there under the target's name is whole, whenever it is looked at. */
const SALVAGED: Subject = {
  ...CONTRACTS,
  contentOf: async (path) => {
    const target = listing(join(dirname(path), "out"));
    if (target.size > 0) assert.equal(show(target), salvaged, "a part of a salvage has its name");
    return CONTRACTS.contentOf(path);
  },
  afterwards: async (salvor) => {
    const { target } = await salvor.salvage({ subject: "contracts", to: "again" });
    assert.equal(show(listing(target ?? "")), salvaged, "another salvage gives something else");
  },
};

/** What can be read of damaged documents, into a new place: the store itself never changes. */
export const salvageScenario: Scenario = {
  name: "salvage",
  args: ["salvage", "contracts", "--to", "out"],
  subject: SALVAGED,
  prepare: async (folder) => {
    const prepared = await prepare(folder, damage);
    const first = join(folder, "first");
    const args = ["salvage", "contracts", "--to", first];
    await expectSalvor(6, args, { cwd: folder, env: ENVIRONMENT });
    salvaged = show(listing(first));
    for (const path of [first, `${first}.salvage`]) rmSync(path, { recursive: true });
    return { ...prepared, after: prepared.before };
  },
};

async function prepare(folder: string, harm: (live: string) => void): Promise<Prepared> {
  const live = join(folder, LIVE);
  const data = join(PROJECT, "test/data/contracts");
  mkdirSync(join(live, "contracts"), { recursive: true });
  for (const name of readdirSync(join(data, "contracts")).toSorted().slice(0, 30))
    cpSync(join(data, "contracts", name), join(live, "contracts", name));
  cpSync(join(data, "agents.json"), join(live, "agents.json"));
  writeFileSync(join(live, "metadata.json"), '{ "total_contracts": 30 }\n');
  writeFileSync(join(live, "log.jsonl"), '{"id": 1}\n{"id": 2}\n{"id": 3, "text": "three"}\n');
  writeFileSync(join(folder, "salvor.yaml"), CONFIGURATION, { mode: 0o600 });
  const after = listing(live);
  const options = { cwd: folder, env: ENVIRONMENT };
  const { snapshots } = (await expectSalvor(0, ["backup", "--json"], options)).json() as {
    snapshots: readonly { store: string; id: string }[];
  };
  const snapshot = snapshots.find(({ store }) => store === CONTRACTS.store);
  if (snapshot === undefined) throw new Error("the backup made no snapshot");
  harm(live);
  const before = listing(live);
  known.push(before, after);
  return {
    before: show(before),
    after: show(after),
    kept: new Map([[snapshot.id, show(after)]]),
  };
}

function damage(live: string): void {
  const contracts = readdirSync(join(live, "contracts")).toSorted();
  const [cut = "", empty = "", comma = "", zeros = ""] = contracts;
  const at = (name: string): string => join(live, "contracts", name);
  writeFileSync(at(cut), readFileSync(at(cut)).subarray(0, 150));
  writeFileSync(at(empty), "");
  writeFileSync(at(comma), readFileSync(at(comma), "utf8").replace('",\n', '"\n'));
  writeFileSync(at(zeros), readFileSync(at(zeros)).fill(0, 20, 300));
  writeFileSync(join(live, "log.jsonl"), '{"id": 1}\n{"##": 2}}\n{"id": 3, "text": "three"}\n');
  writeFileSync(join(live, "metadata.json"), '{ "total_contracts": 29 }\n');
  rmSync(join(live, "agents.json"));
}

function listing(folder: string): Listing {
  try {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true });
    return new Map(
      files
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => join(parentPath, name))
        .toSorted()
        .map((path) => [path.slice(folder.length + 1), digest(path)]),
    );
  } catch {
    return new Map();
  }
}

function digest(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

function show(found: Listing): string {
  return JSON.stringify([...found]);
}
