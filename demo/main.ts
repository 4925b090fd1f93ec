import { join, relative } from "node:path";

import { damage } from "./damage.ts";
import { integrityCheck, quietly, salvor, type Ending } from "./programs.ts";
import { DATABASE, furnish, prepareFolder } from "./scratch.ts";
import { Stage } from "./stage.ts";

// A whole disaster on a real database, from the backup to the proof, in a scratch folder:
//   npm run demo
// Every command is the real program in a process of its own. Ends with 1 when anything is not as
// promised.

const DAMAGED_PAGES = 12;
const FOLDER = join(process.cwd(), "scratch", "demo");

const stage = new Stage();
const broken: string[] = [];

/** The parts of a run and of a comparison that the demo shows. */
interface Proof {
  readonly equal: boolean;
  readonly level: string;
  readonly expected?: string;
  readonly actual?: string;
  readonly collections: readonly {
    readonly expected: { readonly count: number } | null;
    readonly actual: { readonly count: number } | null;
  }[];
}

try {
  await play();
} catch (error) {
  promise(false, "", error instanceof Error ? error.message : String(error));
}
if (broken.length > 0) {
  process.stdout.write(`\nNot as promised:\n${broken.map((each) => `  - ${each}\n`).join("")}`);
  process.exitCode = 1;
}

async function play(): Promise<void> {
  await stage.act("A record shop's database");
  prepareFolder(FOLDER);
  const configuration = furnish(FOLDER);
  stage.say(
    `Chinook, a real sample database: customers, invoices, tracks. A copy lies in ${shown(FOLDER)}, and this is its salvor.yaml:`,
  );
  stage.output(configuration);

  await stage.act("Back it up, with a receipt sealed in the same instant");
  expectStatus(0, await salvor(stage, FOLDER, ["backup"]), "the backup");

  await stage.act("Break it");
  const { pages, pageSize } = damage(join(FOLDER, DATABASE), DAMAGED_PAGES);
  stage.say(
    `Pages ${pages[0]} to ${pages[1]} (${(DAMAGED_PAGES * pageSize).toLocaleString("en")} bytes in the middle of the file) now hold random bytes. The engine's own check:`,
  );
  const torn = await integrityCheck(stage, FOLDER, DATABASE);
  promise(torn !== "ok", "the engine agrees: it is broken", "the damage was not seen");
  stage.say("And Salvor, asked to back up what is there now:");
  const refused = await salvor(stage, FOLDER, ["backup"]);
  const sees = "Salvor sees it, and names what is damaged";
  promise(refused.status !== 0, sees, "a damaged database was backed up as if it were sound");

  await stage.act("Bring it back");
  stage.say(
    "The damaged file is put aside, a new one is built beside it and proven there, then they are exchanged.",
  );
  await stage.pause();
  const startedAt = performance.now();
  const reason = ["--reason", "pages overwritten"];
  const restore = ["restore", "chinook@latest", "--in-place", "--yes", ...reason];
  const restored = await salvor(stage, FOLDER, restore);
  const seconds = (performance.now() - startedAt) / 1000;
  expectStatus(0, restored, "the restore");

  await stage.act("Prove it");
  const sound = await integrityCheck(stage, FOLDER, DATABASE);
  promise(sound === "ok", "the engine finds it sound", `the engine says: ${sound}`);
  const compared = await salvor(stage, FOLDER, ["compare", "chinook@latest", "chinook"]);
  expectStatus(0, compared, "the comparison");
  await showProof(seconds);
}

async function showProof(seconds: number): Promise<void> {
  const ending = await quietly(FOLDER, ["compare", "chinook@latest", "chinook", "--json"]);
  const proof = JSON.parse(ending.stdout) as Proof;
  const count = (side: "expected" | "actual"): number =>
    proof.collections.reduce((sum, each) => sum + (each[side]?.count ?? 0), 0);
  const rows = `${count("actual").toLocaleString("en")} of ${count("expected").toLocaleString("en")} rows`;
  promise(
    proof.equal,
    `${rows} in ${proof.collections.length} tables, every byte of them as it was backed up`,
    "the restored database differs from its receipt",
  );
  if (broken.length > 0) return;
  stage.good(`from broken to proven in ${seconds.toFixed(1)} seconds`);
  process.stdout.write("\n");
  stage.say(
    `Look around in ${shown(FOLDER)}: "node ../../bin/salvor.cjs runs" shows each step that was taken, "… audit-trail" who took it.`,
  );
}

function expectStatus(status: number, ending: Ending, what: string): void {
  if (ending.status === status) return;
  throw new Error(`${what} ended with status ${ending.status} instead of ${status}`);
}

function promise(kept: boolean, good: string, bad: string): void {
  if (kept) return stage.good(good);
  stage.bad(bad);
  broken.push(bad);
}

function shown(path: string): string {
  return relative(process.cwd(), path);
}
