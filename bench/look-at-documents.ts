import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { nodeDisk } from "../src/core/disk.ts";
import { WorkerPool } from "../src/core/pool.ts";
import { systemWorld } from "../src/core/world.ts";
import { documentsDriver } from "../src/stores/documents/driver.ts";
import { Hosts } from "../src/stores/host/hosts.ts";
import type { InspectionKind } from "../src/stores/types.ts";

// One look at the folder that bench/documents.ts makes: node bench/look-at-documents.ts <folder> <kind>

const collections = {
  contracts: {
    files: "contracts/*.json",
    key: "contract_id",
    references: { depends_on: "contracts" },
    states: { field: "status", completed: { requires: ["completed_at"] } },
    order: ["created_at", "completed_at"],
  },
};

const [, , place = ".", word = "audit"] = process.argv;
await look(place, word as InspectionKind);

async function look(folder: string, kind: InspectionKind): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), "salvor-bench-scratch-"));
  try {
    using hosts = new Hosts();
    await using pool = new WorkerPool();
    const context = { world: systemWorld(), pool, hosts, disk: nodeDisk, scratch };
    await using store = await documentsDriver.open("bench", { path: folder, collections }, context);
    const { signal } = new AbortController();
    await using specimen = await store.hold(signal);
    const { observations, checked } = await specimen.inspect(kind, signal);
    if (observations.length > 0 || checked === 0) throw new Error(`the ${kind} finds damage`);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}
