import assert from "node:assert/strict";
import { after, describe, it } from "node:test";

import { openMemoryBlobs } from "../blobs/memory/blobs.ts";
import { WorkerPool } from "../core/pool.ts";
import { systemWorld } from "../core/world.ts";
import { readIndexes, type PackContents } from "./chunk-index.ts";
import { newConfig } from "./config.ts";
import { readersOf } from "./context.ts";
import { writeIndexes } from "./write-indexes.ts";

const { signal } = new AbortController();
const pool = new WorkerPool(1);
after(() => pool[Symbol.asyncDispose]());

describe("indexes", () => {
  it("are several where there are very many chunks, and hold every pack whole", async () => {
    const blobs = openMemoryBlobs();
    const config = newConfig("repo_1", "2026-01-01T00:00:00.000Z", null);
    const world = systemWorld();
    const context = { blobs, config, keys: null, pool, world, readers: readersOf(blobs) };
    const packs = [200_000, 200_000, 200_000, 3].map(packOf);
    await writeIndexes(context, packs, signal);
    const indexes = await readIndexes(blobs, null, signal);
    assert.equal(indexes.length, 2);
    const read = indexes.flatMap((each) => each.packs);
    assert.deepEqual(
      read.map(({ hash, slots }) => `${hash} ${slots.length}`).toSorted(),
      packs.map(({ hash, slots }) => `${hash} ${slots.length}`).toSorted(),
    );
  });

  it("are none of no packs", async () => {
    const blobs = openMemoryBlobs();
    const config = newConfig("repo_1", "2026-01-01T00:00:00.000Z", null);
    const world = systemWorld();
    const context = { blobs, config, keys: null, pool, world, readers: readersOf(blobs) };
    assert.deepEqual(await writeIndexes(context, [], signal), { bytes: 0 });
    assert.deepEqual(await readIndexes(blobs, null, signal), []);
  });
});

/** A pack of so many empty chunks. */
function packOf(count: number, at: number): PackContents {
  const slot = { kind: "data", compression: 0, plainLength: 0, storedLength: 0 } as const;
  return {
    hash: String(at).padStart(64, "0"),
    header: { epoch: 0, salt: Buffer.alloc(32) },
    slots: Array.from({ length: count }, () => ({ ...slot, id: "ab".repeat(32) })),
  };
}
