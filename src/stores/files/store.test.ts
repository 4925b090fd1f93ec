import { appendFile, rm } from "node:fs/promises";

import { treeBench } from "../../../test/support/tree-bench.ts";
import { buildTreeZoo } from "../../../test/support/tree-zoo.ts";
import { storeContract, type StoreHarness } from "../contract.ts";
import { filesDriver } from "./driver.ts";

storeContract("a tree of files", filesDriver.capabilities, harness);

/** A tree with every kind of entry, in a folder of its own. */
async function harness(): Promise<StoreHarness> {
  const bench = await treeBench();
  const path = bench.path("live");
  buildTreeZoo(path);
  return {
    folder: bench.folder,
    live: await bench.open(path),
    beside: (name) => bench.open(bench.path(name)),
    change: () => appendFile(`${path}/app.conf`, "debug = true\n"),
    remove: () => rm(path, { recursive: true }),
    [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose](),
  };
}
