import type { hash as Hash } from "node:crypto";

/** `sha256:` and 64 hex digits: how a digest stands in JSON. */
export type Digest = `sha256:${string}`;

/** SHA-256 of the bytes: 32 bytes. */
export function sha256(bytes: Uint8Array): Buffer {
  return hash()("sha256", bytes, "buffer");
}

/** SHA-256 of the bytes: 64 lower-case hex digits. */
export function sha256Hex(bytes: Uint8Array): string {
  return hash()("sha256", bytes, "hex");
}

/** Writes 32 digest bytes the way JSON carries them. */
export function digestOf(raw: Uint8Array): Digest {
  return `sha256:${Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString("hex")}`;
}

let loaded: typeof Hash | undefined;

/** Loaded when it is needed: that takes as long as a quarter of a start. */
function hash(): typeof Hash {
  loaded ??= process.getBuiltinModule("node:crypto").hash;
  return loaded;
}
