import type { Disk } from "../../src/core/disk.ts";
import { nodeDisk } from "../../src/core/disk.ts";
import type { JsonObject } from "../../src/core/json.ts";
import { WorkerPool } from "../../src/core/pool.ts";
import { systemWorld, type World } from "../../src/core/world.ts";
import { filesDriver } from "../../src/stores/files/driver.ts";
import { removeTree } from "../../src/stores/files/remove-tree.ts";
import { Hosts } from "../../src/stores/host/hosts.ts";
import type { Store } from "../../src/stores/types.ts";
import { temporaryFolder } from "./folder.ts";

/** A folder for trees of files, and the driver to open them with. */
export interface TreeBench extends AsyncDisposable {
  readonly folder: string;
  path(name: string): string;
  open(path: string, options?: JsonObject): Promise<Store>;
}

/** Makes a bench; it is gone with everything in it when disposed. */
export async function treeBench(
  given: { readonly world?: World; readonly disk?: Disk; readonly folder?: string } = {},
): Promise<TreeBench> {
  const { world = systemWorld(), disk = nodeDisk } = given;
  const temporary = given.folder === undefined ? await temporaryFolder() : null;
  const folder = given.folder ?? temporary?.path ?? "";
  const pool = new WorkerPool(2);
  const hosts = new Hosts();
  const context = { world, pool, hosts, disk, scratch: folder };
  return {
    folder,
    path: (name) => `${folder}/${name}`,
    open: (path, options = {}) => filesDriver.open("etc", { path, ...options }, context),
    [Symbol.asyncDispose]: async () => {
      await pool[Symbol.asyncDispose]();
      hosts[Symbol.dispose]();
      if (temporary !== null) removeTree(folder); // rm gives up on names that are not UTF-8
      await temporary?.[Symbol.asyncDispose]();
    },
  };
}
