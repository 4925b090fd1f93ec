import { createCipheriv, createDecipheriv, hkdfSync } from "node:crypto";

import { SalvorError } from "../core/errors.ts";
import { release } from "../core/release.ts";

const TAG_SIZE = 16;
const NONCE_SIZE = 12;
/** Bytes of the salt that the key of each sealed blob is derived with. */
export const SALT_SIZE = 32;

/** The secrets of an encrypted repository, unwrapped. */
export interface Keys {
  /** The epoch that new bytes are sealed under; the first is 1, and 0 means "not encrypted". */
  readonly epoch: number;
  readonly dataKeys: ReadonlyMap<number, Uint8Array>;
  /** Names chunks; it never changes, or nothing would be found again. */
  readonly idKey: Uint8Array;
}

/** One key for one pack or blob, and what may be sealed under it: each number once. */
export interface Seal {
  readonly key: Uint8Array;
}

/** How many bytes sealing adds. */
export const overhead = (keys: Keys | null): number => (keys === null ? 0 : TAG_SIZE);

/** Derives the key of one pack or blob from the data key of its epoch and its own salt. */
export function deriveSeal(
  keys: Keys,
  epoch: number,
  salt: Uint8Array,
  purpose: "pack" | "blob",
): Seal {
  const dataKey = keys.dataKeys.get(epoch);
  if (dataKey === undefined) throw new RangeError(`there is no data key of epoch ${epoch}`);
  return { key: Buffer.from(hkdfSync("sha256", dataKey, salt, `salvor ${purpose} 1`, 32)) };
}

/** AES-256-GCM: ciphertext, then tag. Opened again and compared before it is returned. */
export function seal(
  { key }: Seal,
  number: number,
  associated: Uint8Array,
  plain: Uint8Array,
): readonly [ciphertext: Buffer<ArrayBuffer>, tag: Buffer<ArrayBuffer>] {
  const cipher = createCipheriv("aes-256-gcm", key, nonceOf(number));
  cipher.setAAD(associated);
  const ciphertext = cipher.update(plain);
  cipher.final();
  const tag = cipher.getAuthTag();
  const opened = open({ key }, number, associated, { ciphertext, tag });
  const isEqual = opened.equals(plain);
  release(opened);
  if (isEqual) return [ciphertext, tag];
  throw new SalvorError("FAULT", "sealed bytes did not open to what they were made from", {
    hint: "Check the memory of this machine; nothing was stored.",
  });
}

/** Throws when the bytes, the associated data or the key are not those of the sealing. */
export function unseal(
  key: Seal,
  number: number,
  associated: Uint8Array,
  sealed: Uint8Array,
): Buffer<ArrayBuffer> {
  if (sealed.length < TAG_SIZE) throw new RangeError("too short to be sealed");
  const ciphertext = sealed.subarray(0, sealed.length - TAG_SIZE);
  const tag = sealed.subarray(sealed.length - TAG_SIZE);
  return open(key, number, associated, { ciphertext, tag });
}

function open(
  { key }: Seal,
  number: number,
  associated: Uint8Array,
  { ciphertext, tag }: { readonly ciphertext: Uint8Array; readonly tag: Uint8Array },
): Buffer<ArrayBuffer> {
  const decipher = createDecipheriv("aes-256-gcm", key, nonceOf(number));
  decipher.setAAD(associated);
  decipher.setAuthTag(tag);
  const plain = decipher.update(ciphertext);
  decipher.final();
  return plain;
}

/** Unique under its key, because every number is used once. */
function nonceOf(number: number): Buffer {
  const nonce = Buffer.alloc(NONCE_SIZE);
  nonce.writeUInt32BE(number, NONCE_SIZE - 4);
  return nonce;
}
