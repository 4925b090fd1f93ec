import { lockReader, type RepositoryContext } from "./context.ts";
import { inspectRepository } from "./inspect-repository.ts";
import type { Problem } from "./types.ts";

/** Every blob is read and hashed; every manifest's chunks are looked for. */
export async function checkRepository(
  context: RepositoryContext,
  signal: AbortSignal,
): Promise<readonly Problem[]> {
  await using _lock = await lockReader(context, signal);
  return (await inspectRepository(context, signal)).problems;
}
