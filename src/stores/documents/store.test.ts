import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { storeContract, type StoreHarness } from "../contract.ts";
import { documentsDriver } from "./driver.ts";
import { sampleStore } from "./samples.ts";

storeContract("documents", documentsDriver.capabilities, harness);

/** The contracts, one of which is changed as an application would: title and nothing else. */
async function harness(): Promise<StoreHarness> {
  const sample = await sampleStore();
  const file = join(sample.path, "contracts/CNT-0007.json");
  let changes = 0;
  return {
    folder: sample.folder,
    live: sample.live,
    beside: sample.beside,
    change: async () => {
      const text = await readFile(file, "utf8");
      await writeFile(file, text.replace(/"title": "[^"]*"/, `"title": "Change ${changes++}"`));
    },
    remove: () => rm(sample.path, { recursive: true, force: true }),
    [Symbol.asyncDispose]: () => sample[Symbol.asyncDispose](),
  };
}
