import { parseArgs } from "node:util";

import { WorkerPool } from "../../src/core/pool.ts";
import { flipBits } from "../../src/repository/flip-bits.ts";
import { campaign, type Effort } from "../crash/process-campaign.ts";
import { documentsRestoreScenario, mendScenario, salvageScenario } from "../crash/mend-scenario.ts";
import { scenarios } from "../crash/process-scenarios.ts";
import {
  countOperations,
  judgeCrash,
  judgeFailure,
  judgeKill,
  recordDeed,
  setStage,
  statesOf,
  waysToFail,
} from "../crash/repository-crash.ts";
import { rebuildByRenameScenario, rebuildScenario } from "../crash/rebuild-scenarios.ts";
import { scenarios as deeds, type RepositoryScenario } from "../crash/repository-scenarios.ts";
import { temporaryFolder } from "../support/folder.ts";
import { soakDamage, soakSamples } from "./damage.ts";
import { soakDocuments } from "./documents.ts";
import { soakLongDocuments } from "./long-documents.ts";
import { soakRoundTrips } from "./round-trips.ts";
import { soakStores } from "./stores.ts";
import { soakTrees } from "./trees.ts";

// Breaks everything everywhere; takes its time.
//   npm run soak -- [--seed n] [--only part-of-a-name] [--jobs n] [--points n] [--kills n]
//     [--places n] [--trees n] [--stores n] [--megabytes n]
// First the repository on a simulated disk: every operation, every legal loss. Then the real
// commands: every system call that changes a disk, and kills at random times. Last every bit of a
// small repository, flipped, round trips of databases up to 1 GB, documents and trees damaged by
// chance, files of documents of 2 GB, and every kind of damage to a store, with a table of which look
// has seen which.

const commands = [
  ...scenarios,
  mendScenario,
  documentsRestoreScenario,
  salvageScenario,
  rebuildScenario,
  rebuildByRenameScenario,
];

const { values: options } = parseArgs({
  options: {
    seed: { type: "string", default: String(Date.now() % 100_000) },
    only: { type: "string", default: "" },
    jobs: { type: "string", default: "2" },
    points: { type: "string", default: "all" },
    kills: { type: "string", default: "100" },
    places: { type: "string", default: "3" },
    stores: { type: "string", default: "2000" },
    trees: { type: "string", default: "2000" },
    megabytes: { type: "string", default: "2000" },
  },
});
const seed = Number(options.seed);
let tried = 0;
const failures: string[] = [];

process.stdout.write(`soak, --seed ${seed}\n`);
await using pool = new WorkerPool(2);
for (const passphrase of [null, "a passphrase"]) {
  for (const deed of deeds) {
    const name = `${deed.name}, ${passphrase === null ? "plain" : "encrypted"}`;
    const applies = passphrase !== null || deed.nextPassphrase === null;
    if (applies && name.includes(options.only)) await soakRepository(name, deed, passphrase);
  }
}
for (const command of commands) {
  const name = `the command: ${command.name}`;
  if (!name.includes(options.only)) continue;
  const jobs = Number(options.jobs);
  const points: Effort["points"] = options.points === "all" ? "all" : Number(options.points);
  const effort = { points, kills: Number(options.kills), seed, jobs, onFailure };
  const outcome = await campaign(command, effort);
  count(name, outcome.tried);
}
for (const isEncrypted of [false, true]) await soakBits(isEncrypted);
if ("round trips".includes(options.only)) count("round trips", await soakRoundTrips(seed));
if ("foreign databases".includes(options.only)) {
  count("foreign databases", await soakSamples(onFailure));
}
if ("mutated documents".includes(options.only)) {
  count("mutated documents", soakDocuments(seed, onFailure));
}
if ("small trees".includes(options.only)) {
  const effort = { seed, trees: Number(options.trees), jobs: Number(options.jobs), onFailure };
  count("small trees", await soakTrees(effort));
}
if ("stores of documents".includes(options.only)) {
  const effort = { seed, stores: Number(options.stores), jobs: Number(options.jobs), onFailure };
  count("stores of documents", await soakStores(effort));
}
if ("long documents".includes(options.only)) {
  const bytes = Number(options.megabytes) * 1_000_000;
  count("long documents", await soakLongDocuments(bytes, onFailure));
}
if ("damage matrix".includes(options.only)) {
  const effort = { seed, places: Number(options.places), onFailure };
  count("damage matrix", await soakDamage(effort));
}
process.stdout.write(`${tried} tried, ${failures.length} failed (--seed ${seed})\n`);
process.exitCode = failures.length === 0 ? 0 : 1;

/** Every bit of a small repository, one after the other. */
async function soakBits(isEncrypted: boolean): Promise<void> {
  const name = `flipped bits, ${isEncrypted ? "encrypted" : "plain"}`;
  if (!name.includes(options.only)) return;
  await using folder = await temporaryFolder();
  const { signal } = new AbortController();
  const flipped = flipBits({ pool, folder: folder.path, isEncrypted, step: 1, signal });
  count(
    name,
    await flipped.catch((error: unknown) => {
      onFailure(error);
      return 1;
    }),
  );
}

async function soakRepository(
  name: string,
  deed: RepositoryScenario,
  passphrase: string | null,
): Promise<void> {
  await using stage = await setStage(deed, { pool, passphrase });
  const { recording, promised } = await recordDeed(stage);
  let states = 0;
  for (const state of statesOf(recording, { seed, states: "all" })) {
    states += 1;
    await judgeCrash(stage, promised, state).catch(onFailure);
  }
  count(`power cut: ${name}`, states);
  const operations = await countOperations(stage);
  let errors = 0;
  let kills = 0;
  for (let at = 0; at < operations; at += 1) {
    for (const rule of waysToFail(at)) {
      errors += 1;
      await judgeFailure(stage, rule).catch(onFailure);
    }
    const judged = judgeKill(stage, at, { seed, samples: 32 });
    kills += await judged.catch((error: unknown) => {
      onFailure(error);
      return 1;
    });
  }
  count(`failing disk: ${name}`, errors);
  count(`kill, then power cut: ${name}`, kills);
}

function onFailure(error: unknown): void {
  failures.push(String(error));
  process.stdout.write(`FAILED ${String(error)}\n`);
}

function count(name: string, number: number): void {
  tried += number;
  process.stdout.write(`${String(number).padStart(7)}  ${name}\n`);
}
