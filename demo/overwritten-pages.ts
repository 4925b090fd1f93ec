import { join } from "node:path";

import { damage } from "./damage.ts";
import { integrityCheck, salvor } from "./programs.ts";
import type { Scene } from "./scene.ts";

const DAMAGED_PAGES = 12;

/** The first disaster: a disk writes over pages in the middle of the file. */
export async function overwrittenPages(scene: Scene): Promise<void> {
  const { stage, promises, folder, database } = scene;
  await stage.act("Break it: pages overwritten");
  const { pages, pageSize } = damage(join(folder, database), DAMAGED_PAGES);
  const bytes = (DAMAGED_PAGES * pageSize).toLocaleString("en");
  stage.say(
    `Pages ${pages[0]} to ${pages[1]} (${bytes} bytes in the middle of the file) now hold random bytes. Where, and whose are they?`,
  );
  promises.ended(1, await salvor(stage, folder, ["scan"]), "the scan");
  promises.keep(true, "Salvor sees it, and names the pages", "");

  await stage.act("Bring it back");
  stage.say(
    "The damaged file is put aside, a new one is built beside it and proven there, then they are exchanged.",
  );
  await stage.pause();
  const startedAt = performance.now();
  const recover = ["recover", "--yes", "--reason", "pages overwritten"];
  promises.ended(0, await salvor(stage, folder, recover), "the recovery");
  const seconds = (performance.now() - startedAt) / 1000;

  await stage.act("Prove it");
  const sound = await integrityCheck(stage, folder, database);
  promises.keep(sound === "ok", "the engine finds it sound", `the engine says: ${sound}`);
  await promises.equalToBackup(folder);
  if (promises.broken.length > 0) return;
  stage.good(`from broken to proven in ${seconds.toFixed(1)} seconds`);
}
