import * as z from "zod";

import type { Blobs } from "../blobs/types.ts";
import { SalvorError } from "../core/errors.ts";
import { sha256Hex } from "../core/hash.ts";
import { canonicalJson, type Json } from "../core/json.ts";
import {
  assertReadable,
  CONFIG_COPY_NAME,
  CONFIG_NAME,
  damaged,
  FORMAT_VERSION,
} from "./format.ts";
import type { Encryption } from "./keys.ts";

/** The repository's own file. */
export interface RepositoryConfig {
  readonly formatVersion: number;
  readonly minReader: number;
  readonly id: string;
  readonly createdAt: string;
  readonly encryption: Encryption | null;
}

const Shape = z.object({
  formatVersion: z.int(),
  minReader: z.int(),
  id: z.string(),
  createdAt: z.string(),
  encryption: z
    .object({
      kdf: z.object({
        algorithm: z.literal("argon2id"),
        memoryKiB: z.int().min(8).max(4_194_304),
        passes: z.int().min(1).max(1_000),
        parallelism: z.int().min(1).max(64),
        salt: z.base64(),
      }),
      epochs: z.array(z.object({ epoch: z.int().positive(), dataKey: z.base64() })).min(1),
      idKey: z.base64(),
    })
    .nullable(),
});

/** The bytes of the file: JSON for people, and a checksum of its canonical form. */
export function encodeConfig(config: RepositoryConfig): Buffer {
  const checksum = `sha256:${sha256Hex(Buffer.from(canonicalJson(config as unknown as Json)))}`;
  return Buffer.from(`${JSON.stringify({ ...config, checksum }, null, 2)}\n`);
}

/** BACKUP_DAMAGED when any bit is not as it was written. */
function decodeConfig(name: string, bytes: Buffer): RepositoryConfig {
  const { checksum: _, ...config } = parsed(name, bytes);
  // Every byte counts: white space and the order of members are as we write them, or it was changed.
  if (!encodeConfig(config as unknown as RepositoryConfig).equals(bytes))
    throw damaged(name, "its checksum does not match its content");
  assertReadable("this repository", Number(config["minReader"]));
  const checked = Shape.safeParse(config, { jitless: true });
  if (!checked.success) throw damaged(name, "it is not well formed", checked.error);
  return checked.data;
}

function parsed(name: string, bytes: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return z.record(z.string(), z.unknown()).parse(value);
  } catch (error) {
    throw damaged(name, "it is not the JSON that it was written as", error);
  }
}

/** One of the two copies as it was found. */
export interface ConfigCopy {
  readonly name: string;
  readonly bytes: Buffer | null;
  readonly config: RepositoryConfig | null;
  readonly error: SalvorError | null;
}

/** Both copies, the first one first. FORMAT_TOO_NEW is thrown, damage is told. */
export async function readConfigs(
  blobs: Blobs,
  signal: AbortSignal,
): Promise<readonly [ConfigCopy, ConfigCopy]> {
  const read = (name: string): Promise<ConfigCopy> => readConfig(blobs, name, signal);
  return [await read(CONFIG_NAME), await read(CONFIG_COPY_NAME)];
}

async function readConfig(blobs: Blobs, name: string, signal: AbortSignal): Promise<ConfigCopy> {
  if ((await blobs.size(name, signal)) === null)
    return { name, bytes: null, config: null, error: damaged(name, "it is missing") };
  const bytes = await blobs.read(name, null, signal);
  try {
    return { name, bytes, config: decodeConfig(name, bytes), error: null };
  } catch (error) {
    if (!(error instanceof SalvorError) || error.code !== "BACKUP_DAMAGED") throw error;
    return { name, bytes, config: null, error };
  }
}

/** Writes both copies, the first one first: until the second is written, both open the repository. */
export async function writeConfigs(
  blobs: Blobs,
  config: RepositoryConfig,
  signal: AbortSignal,
): Promise<void> {
  for (const name of [CONFIG_NAME, CONFIG_COPY_NAME])
    await writeConfig(blobs, name, config, signal);
}

/**
 * Writes the copy that a killed process never came to write: each is lacking, or the second is not
 * the first's any more. A damaged one is left for `repair`, which puts it aside.
 */
export async function completeConfigs(blobs: Blobs, signal: AbortSignal): Promise<void> {
  const [first, second] = await readConfigs(blobs, signal);
  if (first.config === null) {
    if (first.bytes === null && second.config !== null)
      await writeConfig(blobs, first.name, second.config, signal);
    return;
  }
  const isOld =
    second.config !== null && second.bytes?.equals(first.bytes ?? Buffer.alloc(0)) !== true;
  if (second.bytes === null || isOld) await writeConfig(blobs, second.name, first.config, signal);
}

/** Writes one of the two copies, whole or not at all. */
export async function writeConfig(
  blobs: Blobs,
  name: string,
  config: RepositoryConfig,
  signal: AbortSignal,
): Promise<void> {
  await using draft = await blobs.draft(signal);
  await draft.append(encodeConfig(config));
  await draft.commit(name);
}

/** A configuration of today's version. */
export function newConfig(
  id: string,
  createdAt: string,
  encryption: Encryption | null,
): RepositoryConfig {
  return { formatVersion: FORMAT_VERSION, minReader: FORMAT_VERSION, id, createdAt, encryption };
}
