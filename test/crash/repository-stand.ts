import { openLocalBlobs } from "../../src/blobs/local/blobs.ts";
import { nodeDisk, type Disk } from "../../src/core/disk.ts";
import type { WorkerPool } from "../../src/core/pool.ts";
import { createRepository, openRepository } from "../../src/repository/open.ts";
import type { Repository, Snapshot } from "../../src/repository/types.ts";
import { seededWorld } from "../support/world.ts";
import type { TinyContent } from "./tiny-content.ts";

/** As cheap as it can be: what is tested here is not how hard a passphrase is to guess. */
const KDF = { algorithm: "argon2id", memoryKiB: 8, passes: 1, parallelism: 1 } as const;

/** What every repository of a crash test shares. */
export interface Stand {
  readonly pool: WorkerPool;
  readonly passphrase: string | null;
}

/** Runs `work` with the repository in a folder; one that is not there is made. */
export async function withRepository<T>(
  stand: Stand,
  where: { readonly folder: string; readonly disk?: Disk; readonly seed?: number },
  work: (repository: Repository) => Promise<T>,
): Promise<T> {
  const { signal } = new AbortController();
  const world = seededWorld(where.seed ?? 1);
  const disk = where.disk ?? nodeDisk;
  await using blobs = openLocalBlobs({ folder: where.folder, disk, world });
  const options = { ...stand, blobs, world, kdf: KDF };
  await using repository = await openRepository(options, signal).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
    return createRepository(options, signal);
  });
  return await work(repository);
}

/** Backs one content up. */
export function backup(repository: Repository, tiny: TinyContent): Promise<Snapshot> {
  const { signal } = new AbortController();
  const input = {
    store: "tiny",
    driver: "tiny",
    options: {},
    point: "point_1",
    content: tiny.content,
    sealed: Promise.resolve(tiny.sealed),
    judge: () => [],
  };
  return repository.backup(input, signal);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "REPOSITORY_MISSING";
}
