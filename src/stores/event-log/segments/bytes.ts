import { open, type FileHandle } from "node:fs/promises";

import { segmentError } from "./trouble.ts";
import { unpack } from "./unpack.ts";

/** How a segment's bytes are packed. */
export type Compression = "none" | "gzip" | "zstd";

/** The bytes of one segment, uncompressed, in order. */
export interface SegmentBytes extends AsyncDisposable {
  readonly compression: Compression;
  /** Fills as much of `into` as there is, from `start`; less only at the end. */
  read(into: Uint8Array, start: number): Promise<number>;
  /** Why there is nothing more, where that is not the end: compressed bytes that are damaged. */
  readonly trouble: string | null;
}

const MAGIC: Readonly<Record<Exclude<Compression, "none">, readonly number[]>> = {
  gzip: [0x1f, 0x8b],
  zstd: [0x28, 0xb5, 0x2f, 0xfd],
};

/** How the bytes of a file are packed, by the first of them. */
export function compressionOf(head: Uint8Array): Compression {
  const isOf = (magic: readonly number[]): boolean => magic.every((byte, at) => head[at] === byte);
  return isOf(MAGIC.gzip) ? "gzip" : isOf(MAGIC.zstd) ? "zstd" : "none";
}

/**
 * Opens a segment at a place of its uncompressed bytes.
 *
 * @throws {SalvorError} STORE_MISSING, PERMISSION_DENIED, DISK_FAILED.
 */
export async function openSegment(path: string, offset = 0): Promise<SegmentBytes> {
  try {
    const file = await open(path, "r");
    try {
      const head = Buffer.alloc(4);
      await file.read(head, 0, head.length, 0);
      const compression = compressionOf(head);
      if (compression === "none") return plainBytes(path, file, offset);
      await file.close();
      return await unpackedBytes(path, compression, offset);
    } catch (error) {
      await file.close().catch(() => {});
      throw error;
    }
  } catch (error) {
    throw segmentError(path, error);
  }
}

function plainBytes(path: string, file: FileHandle, offset: number): SegmentBytes {
  let position = offset;
  return {
    compression: "none",
    trouble: null,
    read: async (into, start) => {
      let at = start;
      while (at < into.length) {
        const { bytesRead } = await file
          .read(into, at, into.length - at, position)
          .catch((error: unknown) => {
            throw segmentError(path, error);
          });
        if (bytesRead === 0) break;
        at += bytesRead;
        position += bytesRead;
      }
      return at - start;
    },
    [Symbol.asyncDispose]: () => file.close(),
  };
}

async function unpackedBytes(
  path: string,
  compression: "gzip" | "zstd",
  offset: number,
): Promise<SegmentBytes> {
  let trouble: string | null = null;
  const portions = unpack(path, compression, (why) => {
    trouble = why;
  });
  let rest: Buffer = Buffer.alloc(0);
  let isOver = false;
  const bytes: SegmentBytes = {
    compression,
    get trouble() {
      return trouble;
    },
    read: async (into, start) => {
      let at = start;
      while (at < into.length && !isOver) {
        if (rest.length === 0) {
          const next = await portions.next();
          isOver = next.done === true;
          if (next.done !== true) rest = next.value;
        }
        const length = Math.min(rest.length, into.length - at);
        into.set(rest.subarray(0, length), at);
        rest = rest.subarray(length);
        at += length;
      }
      return at - start;
    },
    [Symbol.asyncDispose]: async () => {
      await portions.return(undefined);
    },
  };
  await skip(bytes, offset);
  return bytes;
}

async function skip(bytes: SegmentBytes, offset: number): Promise<void> {
  const buffer = new Uint8Array(Math.min(offset, 1 << 20));
  for (let left = offset; left > 0;) {
    const length = await bytes.read(buffer.subarray(0, Math.min(left, buffer.length)), 0);
    if (length === 0) return;
    left -= length;
  }
}
