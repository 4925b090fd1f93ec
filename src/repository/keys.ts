import { argon2, createCipheriv, createDecipheriv, type Argon2Parameters } from "node:crypto";
import { promisify } from "node:util";

import { SalvorError } from "../core/errors.ts";
import type { World } from "../core/world.ts";
import type { Keys } from "./seal.ts";

/** How a key is made from the passphrase. Memory in KiB. */
export interface KdfParameters {
  readonly algorithm: "argon2id";
  readonly memoryKiB: number;
  readonly passes: number;
  readonly parallelism: number;
}

/** 0.24 s and 64 MiB here: what an attacker pays for each guess. */
export const KDF_DEFAULT: KdfParameters = {
  algorithm: "argon2id",
  memoryKiB: 65_536,
  passes: 3,
  parallelism: 1,
};

/** What the configuration keeps of the keys: wrapped, each in base64. */
export interface Encryption {
  readonly kdf: KdfParameters & { readonly salt: string };
  readonly epochs: readonly { readonly epoch: number; readonly dataKey: string }[];
  readonly idKey: string;
}

const KEY_SIZE = 32;
const NONCE_SIZE = 12;
const TAG_SIZE = 16;
const derive = promisify<"argon2id", Argon2Parameters, Buffer>(argon2);

/** New secrets for a new repository. */
export function makeKeys(world: World): Keys {
  const dataKeys = new Map([[1, Uint8Array.from(world.randomBytes(KEY_SIZE))]]);
  return { epoch: 1, dataKeys, idKey: Uint8Array.from(world.randomBytes(KEY_SIZE)) };
}

/** Wraps the keys under a passphrase. `repository` is the id that they belong to. */
export async function wrapKeys(
  keys: Keys,
  passphrase: string,
  repository: string,
  options: { readonly kdf: KdfParameters; readonly world: World },
): Promise<Encryption> {
  const { world } = options;
  const kdf = { ...options.kdf, salt: base64(world.randomBytes(16)) };
  const key = await keyOf(passphrase, kdf);
  const wrapOne = (secret: Uint8Array, label: string): string =>
    base64(wrapSecret(key, secret, `${repository} ${label}`, world.randomBytes(NONCE_SIZE)));
  return {
    kdf,
    epochs: [...keys.dataKeys].map(([epoch, secret]) => ({
      epoch,
      dataKey: wrapOne(secret, `data key ${epoch}`),
    })),
    idKey: wrapOne(keys.idKey, "id key"),
  };
}

/** The keys again. PASSPHRASE_WRONG when they do not open. */
export async function unwrapKeys(
  encryption: Encryption,
  passphrase: string,
  repository: string,
): Promise<Keys> {
  const key = await keyOf(passphrase, encryption.kdf);
  const open = (wrapped: string, label: string): Uint8Array =>
    unwrapSecret(key, Buffer.from(wrapped, "base64"), `${repository} ${label}`);
  try {
    const dataKeys = new Map(
      encryption.epochs.map(({ epoch, dataKey }) => [epoch, open(dataKey, `data key ${epoch}`)]),
    );
    return {
      epoch: Math.max(...dataKeys.keys()),
      dataKeys,
      idKey: open(encryption.idKey, "id key"),
    };
  } catch (error) {
    throw new SalvorError("PASSPHRASE_WRONG", "the passphrase does not open this repository", {
      hint: "Check the passphrase that salvor.yaml names under repository.encryption.",
      cause: error,
    });
  }
}

async function keyOf(passphrase: string, kdf: Encryption["kdf"]): Promise<Buffer> {
  // The same letters can be typed in two spellings of Unicode: one is meant.
  const message = Buffer.from(passphrase.normalize("NFC"));
  return await derive(kdf.algorithm, {
    message,
    nonce: Buffer.from(kdf.salt, "base64"),
    parallelism: kdf.parallelism,
    memory: kdf.memoryKiB,
    passes: kdf.passes,
    tagLength: KEY_SIZE,
  });
}

function wrapSecret(key: Buffer, secret: Uint8Array, label: string, nonce: Uint8Array): Buffer {
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(Buffer.from(label));
  const sealed = Buffer.concat([cipher.update(secret), cipher.final()]);
  return Buffer.concat([nonce, sealed, cipher.getAuthTag()]);
}

function unwrapSecret(key: Buffer, wrapped: Buffer, label: string): Uint8Array {
  if (wrapped.length !== NONCE_SIZE + KEY_SIZE + TAG_SIZE)
    throw new RangeError(`a wrapped key has ${wrapped.length} bytes`);
  const decipher = createDecipheriv("aes-256-gcm", key, wrapped.subarray(0, NONCE_SIZE));
  decipher.setAAD(Buffer.from(label));
  decipher.setAuthTag(wrapped.subarray(wrapped.length - TAG_SIZE));
  const sealed = wrapped.subarray(NONCE_SIZE, wrapped.length - TAG_SIZE);
  // A copy: a slice of the shared pool would take the pool along into threads.
  return Uint8Array.from(Buffer.concat([decipher.update(sealed), decipher.final()]));
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
