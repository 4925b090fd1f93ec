import { appendFile, chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { buildTreeZoo } from "../../../test/support/tree-zoo.ts";
import { nodeDisk } from "../../core/disk.ts";
import { WorkerPool } from "../../core/pool.ts";
import { systemWorld } from "../../core/world.ts";
import { storeContract, type StoreHarness } from "../contract.ts";
import { Hosts } from "../host/hosts.ts";
import { filesDriver } from "./driver.ts";

storeContract("a tree of files", filesDriver.capabilities, harness);

/** A tree with every kind of entry, in a folder of its own. */
async function harness(): Promise<StoreHarness> {
  const folder = await mkdtemp(join(tmpdir(), "salvor-tree-"));
  const pool = new WorkerPool(2);
  const hosts = new Hosts();
  const context = { world: systemWorld(), pool, hosts, disk: nodeDisk, scratch: folder };
  const path = join(folder, "live");
  buildTreeZoo(path);
  const open = (at: string): ReturnType<typeof filesDriver.open> =>
    filesDriver.open("etc", { path: at }, context);
  return {
    folder,
    live: await open(path),
    beside: (name) => open(join(folder, name)),
    change: () => appendFile(join(path, "app.conf"), "debug = true\n"),
    remove: () => rm(path, { recursive: true }),
    [Symbol.asyncDispose]: async () => {
      await pool[Symbol.asyncDispose]();
      hosts[Symbol.dispose]();
      await chmod(folder, 0o700);
      await rm(folder, { recursive: true });
    },
  };
}
