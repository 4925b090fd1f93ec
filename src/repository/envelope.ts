import { createHash } from "node:crypto";

import { sha256Hex } from "../core/hash.ts";
import type { World } from "../core/world.ts";
import { decode, encode, RAW, ZSTD } from "./chunk.ts";
import { damaged, FORMAT_VERSION } from "./format.ts";
import { deriveSeal, SALT_SIZE, seal, unseal, type Keys } from "./seal.ts";

/** The small blobs that stand alone: manifests, indexes, records. */
export const ENVELOPE_KINDS = { index: 1, snapshot: 2, record: 3 } as const;
export type EnvelopeKind = keyof typeof ENVELOPE_KINDS;

const MAGIC = Buffer.from("SALVBLOB");
const HEADER_SIZE = 52;
const SALT_AT = HEADER_SIZE - SALT_SIZE;
/** An index of a million chunks is 44 MB; what claims more than this is damaged. */
const PLAIN_SIZE_MAX = 1 << 30;

/** Compresses and, with keys, seals. The blob's name is the SHA-256 of what comes out. */
export function wrap(
  kind: EnvelopeKind,
  plain: Uint8Array<ArrayBuffer>,
  keys: Keys | null,
  world: World,
): { readonly bytes: Buffer; readonly hash: string } {
  const encoded = encode(plain);
  const header = Buffer.alloc(HEADER_SIZE);
  MAGIC.copy(header);
  header.writeUInt8(FORMAT_VERSION, 8);
  header.writeUInt8(ENVELOPE_KINDS[kind], 9);
  header.writeUInt8(encoded.compression, 10);
  header.writeUInt32BE(keys?.epoch ?? 0, 12);
  header.writeUInt32BE(plain.length, 16);
  const salt = world.randomBytes(SALT_SIZE);
  header.set(salt, SALT_AT);
  const stored =
    keys === null
      ? [encoded.stored]
      : seal(deriveSeal(keys, keys.epoch, salt, "blob"), 0, header, encoded.stored);
  const bytes = Buffer.concat([header, ...stored]);
  return { bytes, hash: createHash("sha256").update(bytes).digest("hex") };
}

/** The plain bytes of the blob `name`, whose content must hash to `hash`. Else BACKUP_DAMAGED. */
export function unwrap(
  kind: EnvelopeKind,
  bytes: Buffer,
  expected: { readonly name: string; readonly hash: string },
  keys: Keys | null,
): Uint8Array {
  const { name, hash } = expected;
  const actual = sha256Hex(bytes);
  if (actual !== hash) throw damaged(name, `its bytes hash to ${actual}, which is not its name`);
  const header = bytes.subarray(0, HEADER_SIZE);
  const compression = bytes[10];
  const isOurs = header.length === HEADER_SIZE && header.subarray(0, 8).equals(MAGIC);
  if (!isOurs || header[8] !== FORMAT_VERSION || header[9] !== ENVELOPE_KINDS[kind])
    throw damaged(name, `it does not begin as the blob of a ${kind}`);
  const plainLength = header.readUInt32BE(16);
  if ((compression !== RAW && compression !== ZSTD) || plainLength > PLAIN_SIZE_MAX)
    throw damaged(name, "its header is not one that Salvor writes");
  try {
    const stored = opened(header, bytes.subarray(HEADER_SIZE), keys);
    return decode({ compression, plainLength, stored: stored as Buffer<ArrayBuffer> });
  } catch (error) {
    throw damaged(name, "it cannot be decoded", error);
  }
}

function opened(header: Buffer, stored: Buffer, keys: Keys | null): Buffer {
  if (keys === null) return stored;
  const salt = header.subarray(SALT_AT);
  return unseal(deriveSeal(keys, header.readUInt32BE(12), salt, "blob"), 0, header, stored);
}
