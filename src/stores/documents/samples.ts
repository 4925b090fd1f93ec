import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { nodeDisk } from "../../core/disk.ts";
import type { JsonObject } from "../../core/json.ts";
import { WorkerPool } from "../../core/pool.ts";
import { systemWorld } from "../../core/world.ts";
import { Hosts } from "../host/hosts.ts";
import type { DriverContext, Store } from "../types.ts";
import { documentsDriver } from "./driver.ts";

/** 240 contracts, 8 agents, and what a metadata document says of them. */
const CONTRACTS = join(import.meta.dirname, "../../../test/data/contracts");

/** What the owner of the contracts says of them. */
export const COLLECTIONS: JsonObject = {
  contracts: {
    files: "contracts/*.json",
    key: "contract_id",
    references: { claimed_by: "agents", depends_on: "contracts" },
    states: {
      field: "status",
      completed: { requires: ["completed_at"] },
      claimed: { requires: ["claimed_by", "claimed_at"] },
    },
    order: ["created_at", "claimed_at", "completed_at"],
  },
  agents: { files: "agents.json", key: "agent_id" },
  metadata: {
    files: "metadata.json",
    derive: {
      total_contracts: "count(contracts)",
      by_status: "count(contracts, status)",
      last_updated: "max(contracts, created_at|claimed_at|completed_at)",
    },
  },
};

/** A store in a folder of its own. */
export interface Sample extends AsyncDisposable {
  readonly folder: string;
  /** Where the documents lie. */
  readonly path: string;
  readonly context: DriverContext;
  readonly live: Store;
  /** The same store at another path below the folder. */
  beside(name: string): Promise<Store>;
}

/** Makes a store of a copy of the contracts, or of an empty folder. */
export async function sampleStore(
  options: JsonObject = { collections: COLLECTIONS },
  from: string | null = CONTRACTS,
): Promise<Sample> {
  const folder = await mkdtemp(join(tmpdir(), "salvor-documents-"));
  const pool = new WorkerPool(2);
  const hosts = new Hosts();
  const context = { world: systemWorld(), pool, hosts, disk: nodeDisk, scratch: folder };
  const path = join(folder, "live");
  if (from !== null) await cp(from, path, { recursive: true, preserveTimestamps: true });
  const open = (at: string): Promise<Store> =>
    documentsDriver.open("contracts", { ...options, path: at }, context);
  return {
    folder,
    path,
    context,
    live: await open(path),
    beside: (name) => open(join(folder, name)),
    [Symbol.asyncDispose]: async () => {
      await pool[Symbol.asyncDispose]();
      hosts[Symbol.dispose]();
      await rm(folder, { recursive: true });
    },
  };
}
