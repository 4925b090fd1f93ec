import { deleteInvoices, integrityCheck, salvor } from "./programs.ts";
import type { Scene } from "./scene.ts";

const YEAR = "2023";

/** The second disaster: rows are deleted, and every check of the engine still says "ok". */
export async function vanishedInvoices(scene: Scene): Promise<void> {
  const { stage, promises, folder, database } = scene;
  await stage.act("Break it again: somebody deletes a year of invoices");
  await deleteInvoices(stage, folder, database, YEAR);
  const sound = await integrityCheck(stage, folder, database);
  promises.keep(
    sound === "ok",
    "the engine finds nothing: for it, deleting is no damage",
    `the engine says: ${sound}`,
  );
  stage.say(
    "But salvor.yaml says how much a table may shrink, and the last receipt how much it held:",
  );
  promises.ended(1, await salvor(stage, folder, ["integrity"]), "the integrity check");

  await stage.act("Put them back");
  stage.say(
    "The file itself is sound, so nothing is replaced: the rows that are missing come back by their keys, in one transaction. First, what would be done:",
  );
  promises.ended(0, await salvor(stage, folder, ["recover", "--dry-run"]), "the dry run");
  await stage.pause();
  const recover = ["recover", "--yes", "--reason", `invoices of ${YEAR} deleted`];
  promises.ended(0, await salvor(stage, folder, recover), "the recovery");

  await stage.act("Prove it");
  promises.ended(0, await salvor(stage, folder, ["integrity"]), "the integrity check");
  await promises.equalToBackup(folder);
}
