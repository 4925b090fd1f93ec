import { SalvorError } from "../core/errors.ts";
import type { Repository } from "../repository/types.ts";
import type { State } from "../state/types.ts";
import type { Session } from "./session.ts";

/**
 * The repository of the configuration for a backup: made when there has never been one. Where the
 * state remembers one and the folder is empty, a disk is not mounted: a new repository in the mount
 * point would look like a backup, and be none.
 *
 * @param renew make a new one although there was one before.
 */
export async function repositoryForBackup(
  session: Session,
  renew: boolean,
  signal: AbortSignal,
): Promise<Repository> {
  const state = await session.state();
  const { path } = session.requireConfig().repository;
  const known = knownId(state, path);
  const repository = await session
    .repositoryAt({ folder: null, create: known === null || renew }, signal)
    .catch((error: unknown) => {
      throw isMissing(error) ? vanished(path, error) : error;
    });
  if (repository.id !== known) await remember(state, path, repository.id);
  return repository;
}

/** Has there ever been one at the configuration's place? */
export async function hasKnownRepository(session: Session): Promise<boolean> {
  return knownId(await session.state(), session.requireConfig().repository.path) !== null;
}

function knownId(state: State, path: string): string | null {
  const row = state.get("SELECT value FROM identity WHERE key = ?", keyOf(path));
  return row === null ? null : String(row["value"]);
}

async function remember(state: State, path: string, id: string): Promise<void> {
  await state.transaction((writer) =>
    writer.run("INSERT OR REPLACE INTO identity VALUES (?, ?)", keyOf(path), id),
  );
}

function keyOf(path: string): string {
  return `repository ${path}`;
}

function isMissing(error: unknown): boolean {
  return error instanceof SalvorError && error.code === "REPOSITORY_MISSING";
}

function vanished(path: string, cause: unknown): SalvorError {
  return new SalvorError("REFUSED", `the repository that was in ${path} is gone`, {
    hint: "Mount its disk. To begin a new repository there on purpose: salvor backup --new-repository",
    cause,
  });
}
