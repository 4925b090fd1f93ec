import type { Blobs } from "../blobs/types.ts";
import { SalvorError } from "../core/errors.ts";
import type { WorkerPool } from "../core/pool.ts";
import { timestamp, type World } from "../core/world.ts";
import { backupContent } from "./backup-content.ts";
import { changePassphrase } from "./change-passphrase.ts";
import { checkRepository } from "./check-repository.ts";
import { newConfig, readConfigs, writeConfigs, type RepositoryConfig } from "./config.ts";
import { readersOf, type RepositoryContext } from "./context.ts";
import { CONFIG_COPY_NAME, CONFIG_NAME, INDEXES, PACKS, SNAPSHOTS } from "./format.ts";
import { KDF_DEFAULT, makeKeys, unwrapKeys, wrapKeys, type KdfParameters } from "./keys.ts";
import { comparePages } from "./compare-pages.ts";
import { pruneRepository } from "./prune-repository.ts";
import { readBack } from "./read-back.ts";
import { holdsSamePages } from "./same-pages.ts";
import { readContent, readSealed } from "./read-content.ts";
import { acknowledgeDrop, recordLevel, withdrawLevel } from "./record-snapshot.ts";
import { repairRepository } from "./repair-repository.ts";
import { listSnapshots, listUnreadable } from "./snapshots.ts";
import type { Repository } from "./types.ts";

/** Where a repository lives and how it is opened. The blobs and the pool stay the caller's. */
export interface RepositoryOptions {
  readonly blobs: Blobs;
  /** Null for a repository without encryption. */
  readonly passphrase: string | null;
  readonly pool: WorkerPool;
  readonly world: World;
  /** How hard a passphrase is to guess; for new ones only. */
  readonly kdf?: KdfParameters;
}

/** Makes a repository. REPOSITORY_EXISTS when there is one already. */
export async function createRepository(
  options: RepositoryOptions,
  signal: AbortSignal,
): Promise<Repository> {
  const { blobs, passphrase, pool, world } = options;
  await using _lock = await blobs.lock("writer", "exclusive", signal);
  for (const name of [CONFIG_NAME, CONFIG_COPY_NAME])
    if ((await blobs.size(name, signal)) !== null) throw existsAlready(blobs.address);
  if (await holdsBackups(blobs, signal)) throw withoutConfig(blobs.address);
  const id = world.newId("repo");
  const keys = passphrase === null ? null : makeKeys(world);
  const kdf = options.kdf ?? KDF_DEFAULT;
  const encryption =
    keys === null || passphrase === null
      ? null
      : await wrapKeys(keys, passphrase, id, { kdf, world });
  const config = newConfig(id, timestamp(world.now()), encryption);
  await writeConfigs(blobs, config, signal);
  return repositoryOf({ blobs, config, keys, pool, world });
}

/**
 * Opens a repository. REPOSITORY_MISSING, PASSPHRASE_MISSING, PASSPHRASE_WRONG, FORMAT_TOO_NEW,
 * or BACKUP_DAMAGED when neither copy of its configuration can be read.
 */
export async function openRepository(
  options: RepositoryOptions,
  signal: AbortSignal,
): Promise<Repository> {
  const { blobs, passphrase, pool, world } = options;
  const config = await findConfig(options, signal);
  const { encryption, id } = config;
  if (encryption === null) return repositoryOf({ blobs, config, keys: null, pool, world });
  if (passphrase === null) throw passphraseMissing(blobs.address);
  const keys = await unwrapKeys(encryption, passphrase, id);
  return repositoryOf({ blobs, config, keys, pool, world });
}

async function findConfig(
  { blobs, world }: RepositoryOptions,
  signal: AbortSignal,
): Promise<RepositoryConfig> {
  const [first, second] = await readConfigs(blobs, signal);
  if (first.bytes === null && second.bytes === null)
    throw (await holdsBackups(blobs, signal))
      ? withoutConfig(blobs.address)
      : missing(blobs.address);
  const config = first.config ?? second.config;
  if (config === null) throw first.error ?? missing(blobs.address);
  if (first.error !== null)
    world.log.warn("the repository's own file is damaged; its copy is used", {
      found: first.error.message,
    });
  return config;
}

/** Are there blobs of a repository, whether or not its own file is there? */
async function holdsBackups(blobs: Blobs, signal: AbortSignal): Promise<boolean> {
  for (const folder of [SNAPSHOTS, INDEXES, PACKS])
    for await (const _blob of blobs.list(folder, signal)) return true;
  return false;
}

function repositoryOf(opened: Omit<RepositoryContext, "readers">): Repository {
  const { blobs, config, keys } = opened;
  const context = { ...opened, readers: readersOf(blobs) };
  return {
    id: config.id,
    address: blobs.address,
    encrypted: keys !== null,
    backup: (input, signal) => backupContent(context, input, signal),
    snapshots: (signal) => listSnapshots(context, signal),
    unreadable: (signal) => listUnreadable(context, signal),
    content: (snapshot, signal) => readContent(context, snapshot, signal),
    seededContent: (snapshot, seed, signal) => readContent(context, snapshot, signal, seed),
    holdsSame: (snapshot, part, signal) => holdsSamePages(context, snapshot, part, signal),
    sealed: (snapshot, signal) => readSealed(context, snapshot, signal),
    differingPages: (snapshot, part, signal) => comparePages(context, snapshot, part, signal),
    readBack: (snapshot, signal) => readBack(context, snapshot, signal),
    recordLevel: (snapshot, level, signal) => recordLevel(context, snapshot, level, signal),
    withdrawLevel: (snapshot, level, signal) => withdrawLevel(context, snapshot, level, signal),
    acknowledgeDrop: (snapshot, by, signal) => acknowledgeDrop(context, snapshot, by, signal),
    prune: (retention, options, signal) => pruneRepository(context, retention, options, signal),
    check: (signal) => checkRepository(context, signal),
    repair: (signal) => repairRepository(context, signal),
    changePassphrase: (next, signal) => changePassphrase(context, next, signal),
    [Symbol.asyncDispose]: async () => {},
  };
}

function existsAlready(address: string): SalvorError {
  return new SalvorError("REPOSITORY_EXISTS", `${address} holds a repository already`, {
    hint: "Use it as it is, or name another folder.",
  });
}

function missing(address: string): SalvorError {
  return new SalvorError("REPOSITORY_MISSING", `there is no repository at ${address}`, {
    hint: 'Check repository.path in salvor.yaml; "salvor backup" makes a new one.',
  });
}

/** A new repository in this place would bury the old one, whose keys are gone with its file. */
function withoutConfig(address: string): SalvorError {
  const names = `${CONFIG_NAME} and ${CONFIG_COPY_NAME}`;
  return new SalvorError("BACKUP_DAMAGED", `${address} holds backups, but ${names} are missing`, {
    hint: "Put one of them back from another copy of this folder; back up into a new folder until then.",
  });
}

function passphraseMissing(address: string): SalvorError {
  return new SalvorError("PASSPHRASE_MISSING", `${address} is encrypted and needs a passphrase`, {
    hint: "Name it in salvor.yaml under repository.encryption (passphraseEnv or passphraseFile).",
  });
}
