import assert from "node:assert/strict";

import { openMemoryBlobs } from "../blobs/memory/blobs.ts";
import type { Blobs } from "../blobs/types.ts";
import { SalvorError } from "../core/errors.ts";
import type { WorkerPool } from "../core/pool.ts";
import { putBlob } from "./context.ts";
import { createRepository, openRepository } from "./open.ts";
import { contentOf, pagedPart, PASSPHRASE, restored, sampleInput } from "./samples.ts";
import { sampleOptions, streamPart } from "./samples.ts";
import type { Repository } from "./types.ts";

export interface FlipOptions {
  readonly pool: WorkerPool;
  /** For the images of paged parts. */
  readonly folder: string;
  readonly isEncrypted: boolean;
  /** Every so manieth bit; 1 for all. */
  readonly step: number;
  readonly signal: AbortSignal;
}

/**
 * Flips bits of a small repository, one at a time: each must be found and its blob named by `check`
 * and by reading back, and whatever is restored must be right. Gives how many were flipped.
 */
export async function flipBits(options: FlipOptions): Promise<number> {
  const { signal } = options;
  const { blobs, snapshot, wanted } = await makeSmall(options);
  let flipped = 0;
  let at = 0;
  for await (const { name } of blobs.list("", signal)) {
    const bytes = await blobs.read(name, null, signal);
    for (; at < bytes.length * 8; at += options.step) {
      const changed = Buffer.from(bytes);
      changed[at >> 3] = (changed[at >> 3] ?? 0) ^ (1 << (at & 7));
      await putBlob(blobs, name, changed, signal);
      await assertFound({
        ...options,
        blobs,
        snapshot,
        wanted,
        name,
        place: `bit ${at} of ${name}`,
      });
      flipped += 1;
    }
    at -= bytes.length * 8; // the steps go on over the blob's end
    await putBlob(blobs, name, bytes, signal);
  }
  return flipped;
}

interface Small {
  readonly blobs: Blobs;
  readonly snapshot: string;
  readonly wanted: ReadonlyMap<string, Buffer>;
}

async function makeSmall({ pool, folder, isEncrypted, signal }: FlipOptions): Promise<Small> {
  const blobs = openMemoryBlobs();
  const repository = await createRepository(
    sampleOptions({ pool, blobs, passphrase: isEncrypted ? PASSPHRASE : null }),
    signal,
  );
  const pages = Buffer.alloc(512 * 5, "some pages that compress well; ");
  const stream = Buffer.from("a small document");
  const parts = [pagedPart(folder, "main", pages, 512), streamPart("note", stream)];
  const { id } = await repository.backup(sampleInput(contentOf(...parts)), signal);
  await repository.recordLevel(id, "stored", signal);
  const wanted = new Map([
    ["main", pages],
    ["note", stream],
  ]);
  return { blobs, snapshot: id, wanted };
}

async function assertFound(
  flip: FlipOptions & Small & { readonly name: string; readonly place: string },
): Promise<void> {
  const { pool, blobs, isEncrypted, signal, snapshot, wanted, name, place } = flip;
  const passphrase = isEncrypted ? PASSPHRASE : null;
  const repository = await openRepository(sampleOptions({ pool, blobs, passphrase }), signal);
  const found = await repository.check(signal);
  assert.ok(
    found.some(({ blob }) => blob === name),
    `check did not name ${place}`,
  );
  if (!name.startsWith("records/")) {
    const problems = await repository.readBack(snapshot, signal);
    assert.ok(
      problems.some(({ blob }) => blob === name),
      `reading back did not name ${place}`,
    );
  }
  await assertNeverWrong(repository, { snapshot, wanted, place, signal });
}

async function assertNeverWrong(
  repository: Repository,
  {
    snapshot,
    wanted,
    place,
    signal,
  }: Omit<Small, "blobs"> & { place: string; signal: AbortSignal },
): Promise<void> {
  try {
    assert.deepEqual(await restored(repository, snapshot, signal), wanted, place);
  } catch (error) {
    if (!(error instanceof SalvorError)) throw error;
    assert.equal(error.code, "BACKUP_DAMAGED", place);
  }
}
