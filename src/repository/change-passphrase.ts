import { SalvorError } from "../core/errors.ts";
import { writeConfigs } from "./config.ts";
import { lockWriter, type RepositoryContext } from "./context.ts";
import { KDF_DEFAULT, wrapKeys, type KdfParameters } from "./keys.ts";

/**
 * Wraps the keys anew under another passphrase; data are untouched. Killed at any instant, the
 * repository opens with the old one or with the new one. REFUSED without encryption.
 */
export async function changePassphrase(
  context: RepositoryContext,
  next: string,
  signal: AbortSignal,
  kdf: KdfParameters = KDF_DEFAULT,
): Promise<void> {
  const { blobs, config, keys, world } = context;
  if (keys === null)
    throw new SalvorError("REFUSED", `${blobs.address} is not encrypted`, {
      hint: "Make a new repository with repository.encryption in salvor.yaml, and back up into it.",
    });
  await using _lock = await lockWriter(context, signal);
  const encryption = await wrapKeys(keys, next, config.id, { kdf, world });
  await writeConfigs(blobs, { ...config, encryption }, signal);
}
