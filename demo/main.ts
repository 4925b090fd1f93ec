import { join, relative } from "node:path";

import { overwrittenPages } from "./overwritten-pages.ts";
import { Promises } from "./promises.ts";
import { salvor } from "./programs.ts";
import { DATABASE, furnish, prepareFolder } from "./scratch.ts";
import { Stage } from "./stage.ts";
import { vanishedInvoices } from "./vanished-invoices.ts";

// Two disasters on a real database, each from the damage to the proof, in a scratch folder:
//   npm run demo
// Every command is the real program in a process of its own. Ends with 1 when anything is not as
// promised.

const FOLDER = join(process.cwd(), "scratch", "demo");

const stage = new Stage();
const promises = new Promises(stage);

try {
  await play();
} catch (error) {
  promises.keep(false, "", error instanceof Error ? error.message : String(error));
}
if (promises.broken.length > 0) {
  const lines = promises.broken.map((each) => `  - ${each}\n`);
  process.stdout.write(`\nNot as promised:\n${lines.join("")}`);
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
  promises.ended(0, await salvor(stage, FOLDER, ["backup"]), "the backup");

  const scene = { stage, promises, folder: FOLDER, database: DATABASE };
  await overwrittenPages(scene);
  await vanishedInvoices(scene);

  await stage.act("What remains: a report for whoever asks later");
  const report = ["generate-report", "--output", "report.html"];
  promises.ended(0, await salvor(stage, FOLDER, report), "the report");
  stage.say(
    `Open ${shown(join(FOLDER, "report.html"))} in a browser. In that folder, "node ../../bin/salvor.cjs runs" shows each step that was taken, "… audit-trail" who took it.`,
  );
}

function shown(path: string): string {
  return relative(process.cwd(), path);
}
