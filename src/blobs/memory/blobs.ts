import { SalvorError } from "../../core/errors.ts";
import { assertBlobName, blobMissing } from "../names.ts";
import type { BlobDraft, BlobEntry, BlobRange, Blobs } from "../types.ts";

/** Blobs that live as long as this object: for tests and rehearsals. */
export function openMemoryBlobs(): Blobs {
  const blobs = new Map<string, Buffer>();
  const locks = new Map<string, { mode: "shared" | "exclusive"; holders: number }>();

  return {
    address: "memory",
    writable: true,
    read: async (name, range, signal) => {
      signal.throwIfAborted();
      assertBlobName(name);
      const bytes = blobs.get(name);
      if (bytes === undefined) throw blobMissing("memory", name);
      return Buffer.from(sliced(name, bytes, range));
    },
    size: async (name) => blobs.get(name)?.length ?? null,
    list: (prefix, signal) => listed(blobs, prefix, signal),
    draft: async () => draft(blobs),
    rename: async (from, to) => {
      assertBlobName(to);
      const bytes = blobs.get(from);
      if (bytes === undefined) throw blobMissing("memory", from);
      blobs.delete(from);
      blobs.set(to, bytes);
    },
    remove: async (names) => {
      for (const name of names) blobs.delete(name);
    },
    clean: async () => {},
    lock: async (name, mode) => {
      const held = locks.get(name);
      if (held !== undefined && (mode === "exclusive" || held.mode === "exclusive")) throw busy();
      const lock = held ?? { mode, holders: 0 };
      lock.holders += 1;
      locks.set(name, lock);
      return {
        [Symbol.asyncDispose]: async () => {
          lock.holders -= 1;
          if (lock.holders === 0) locks.delete(name);
        },
      };
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

function sliced(name: string, bytes: Buffer, range: BlobRange | null): Buffer {
  if (range === null) return bytes;
  const end = range.offset + range.length;
  if (end <= bytes.length) return bytes.subarray(range.offset, end);
  throw new SalvorError("BACKUP_DAMAGED", `${name} ends at byte ${bytes.length}, before ${end}`, {
    hint: 'Run "salvor repository check", then "salvor repository repair".',
  });
}

async function* listed(
  blobs: ReadonlyMap<string, Buffer>,
  prefix: string,
  signal: AbortSignal,
): AsyncGenerator<BlobEntry> {
  for (const name of [...blobs.keys()].sort()) {
    signal.throwIfAborted();
    const size = blobs.get(name)?.length;
    if (name.startsWith(prefix) && size !== undefined) yield { name, size, modifiedMs: 0 };
  }
}

function draft(blobs: Map<string, Buffer>): BlobDraft {
  const portions: Buffer[] = [];
  return {
    append: async (bytes) => {
      portions.push(Buffer.from(bytes));
    },
    commit: async (name) => {
      assertBlobName(name);
      blobs.set(name, Buffer.concat(portions));
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

function busy(): SalvorError {
  return new SalvorError("REPOSITORY_BUSY", "the repository in memory is in use by this process", {
    hint: "Wait until it has finished and try again.",
  });
}
