import { readFile } from "node:fs/promises";

import { openLocalBlobs } from "../blobs/local/blobs.ts";
import { diskError, nodeDisk } from "../core/disk.ts";
import { SalvorError, type ErrorCode } from "../core/errors.ts";
import type { WorkerPool } from "../core/pool.ts";
import type { World } from "../core/world.ts";
import { createRepository, openRepository } from "../repository/open.ts";
import type { Repository } from "../repository/types.ts";
import type { Config, PassphraseSource } from "./config/types.ts";
import type { Environment } from "./types.ts";

/** Which repository is meant: a folder that somebody named, or that of the configuration. */
export interface RepositoryPlace {
  readonly folder: string | null;
  /** Makes it when there is none. */
  readonly create: boolean;
}

/** What opening a repository needs to know. */
export interface RepositoryHost {
  readonly config: Config | null;
  readonly env: Environment;
  readonly world: World;
  requireConfig(): Config;
}

/** On a bare host the passphrase comes from here; `salvor init` proposes the same name. */
const PASSPHRASE_VARIABLE = "SALVOR_PASSPHRASE";

/** Opens a repository on a local folder with the passphrase that belongs to it. */
export async function openRepositoryAt(
  host: RepositoryHost,
  pool: WorkerPool,
  place: RepositoryPlace,
  signal: AbortSignal,
): Promise<Repository> {
  const folder = place.folder ?? host.requireConfig().repository.path;
  const source = place.folder === null ? host.requireConfig().repository.encryption : null;
  const passphrase = await passphraseOf(host, place, source);
  const { world } = host;
  const blobs = openLocalBlobs({ folder, disk: nodeDisk, world });
  const options = { blobs, passphrase, pool, world };
  try {
    return refusePlain(await openRepository(options, signal), source);
  } catch (error) {
    if (place.folder !== null && hasCode(error, "PASSPHRASE_MISSING")) throw bareHost(error);
    if (!place.create || !hasCode(error, "REPOSITORY_MISSING")) throw error;
  }
  try {
    return await createRepository(options, signal);
  } catch (error) {
    // Another first backup was faster: then there is a repository, as we wanted.
    if (!hasCode(error, "REPOSITORY_EXISTS")) throw error;
    return refusePlain(await openRepository(options, signal), source);
  }
}

function hasCode(error: unknown, code: ErrorCode): error is SalvorError {
  return error instanceof SalvorError && error.code === code;
}

/** Without a salvor.yaml, a variable is the only place for a passphrase. */
function bareHost({ code, message, cause }: SalvorError): SalvorError {
  const name = PASSPHRASE_VARIABLE;
  return new SalvorError(code, message, {
    hint: `Set ${name} to it: read -rs ${name}; export ${name}`,
    cause,
  });
}

async function passphraseOf(
  { env }: RepositoryHost,
  { folder }: RepositoryPlace,
  source: PassphraseSource | null,
): Promise<string | null> {
  if (folder !== null) return env[PASSPHRASE_VARIABLE] ?? null;
  return source === null ? null : readPassphrase(source, env);
}

/** The passphrase behind a variable or in the first line of a file; never empty. */
export async function readPassphrase(source: PassphraseSource, env: Environment): Promise<string> {
  if ("passphraseEnv" in source) {
    const value = env[source.passphraseEnv];
    if (value !== undefined && value !== "") return value;
    throw new SalvorError("PASSPHRASE_MISSING", `the variable ${source.passphraseEnv} is not set`, {
      hint: `Set it to the repository's passphrase: read -rs ${source.passphraseEnv}; export ${source.passphraseEnv}`,
    });
  }
  const [line = ""] = (await readText(source.passphraseFile)).split(/\r?\n/, 1);
  if (line !== "") return line;
  throw new SalvorError("PASSPHRASE_MISSING", `${source.passphraseFile} has an empty first line`, {
    hint: "Write the repository's passphrase into its first line.",
  });
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw diskError(path, error);
  }
}

/** Who asked for encryption must not find out later that there was none. */
function refusePlain(repository: Repository, source: PassphraseSource | null): Repository {
  if (source === null || repository.encrypted) return repository;
  throw new SalvorError("REFUSED", `${repository.address} is not encrypted, as salvor.yaml asks`, {
    hint: "Point repository.path to a new folder, or take repository.encryption out of salvor.yaml.",
  });
}
