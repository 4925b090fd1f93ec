import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  futimesSync,
  mkdirSync,
  openSync,
  readSync,
  writeSync,
} from "node:fs";

import { diskError } from "../../core/disk.ts";
import { systemCode } from "../../core/errors.ts";
import type { HostTask } from "../host/messages.ts";
import { parentOf, placeOf, type RawPath } from "./raw-path.ts";
import { openToRead } from "./read-file.ts";

/** A file that a disk fails to read in places. */
export interface RescueInput {
  readonly root: string;
  readonly path: RawPath;
  /** The tree that gets what can be read of it, under the same path. */
  readonly into: string;
}

/** Bytes of it that could not be read, in order: zeros stand in their places. */
export type BadRanges = readonly (readonly [from: number, to: number])[];

const PORTION_BYTES = 1 << 20;
/** What a disk reads or fails to read as a whole. */
const BLOCK_BYTES = 4096;

/**
 * Copies what can be read of a file, block by block where the disk fails; null: not even its name
 * leads to it. What the tree has of it already was read whole, and stays.
 */
export const task: HostTask<RescueInput, BadRanges | null> = async ({ root, path, into }) => {
  const source = openSource(placeOf(root, path));
  if (source === null) return null;
  try {
    const target = openTarget(into, path);
    if (target === null) return [];
    try {
      return copyReadable(source, target);
    } finally {
      closeSync(target);
    }
  } catch (error) {
    throw diskError(root, error);
  } finally {
    closeSync(source);
  }
};

function openSource(place: string | Buffer): number | null {
  try {
    return openToRead(place);
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return null;
  }
}

/** Null: it is there. */
function openTarget(into: string, path: RawPath): number | null {
  const parent = parentOf(path);
  if (parent !== null) mkdirSync(placeOf(into, parent), { recursive: true, mode: 0o700 });
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  try {
    return openSync(placeOf(into, path), flags, 0o600);
  } catch (error) {
    if (systemCode(error) === "EEXIST") return null;
    throw error;
  }
}

function copyReadable(source: number, target: number): BadRanges {
  const { size, mode, mtime } = fstatSync(source);
  const bad: (readonly [number, number])[] = [];
  const portion = Buffer.alloc(PORTION_BYTES);
  for (let at = 0; at < size; at += PORTION_BYTES) {
    const bytes = portion.subarray(0, Math.min(PORTION_BYTES, size - at)).fill(0);
    if (!isRead(source, bytes, at)) bad.push(...readBlocks(source, bytes, at));
    for (let done = 0; done < bytes.length;)
      done += writeSync(target, bytes, done, bytes.length - done, at + done);
  }
  fchmodSync(target, mode & 0o777);
  futimesSync(target, mtime, mtime);
  fsyncSync(target);
  return joined(bad);
}

function readBlocks(source: number, bytes: Buffer, at: number): BadRanges {
  const bad: (readonly [number, number])[] = [];
  for (let from = 0; from < bytes.length; from += BLOCK_BYTES) {
    const block = bytes.subarray(from, from + BLOCK_BYTES).fill(0);
    if (!isRead(source, block, at + from)) bad.push([at + from, at + from + block.length]);
  }
  return bad;
}

/** False when the disk fails; what has become shorter meanwhile leaves zeros. */
function isRead(source: number, into: Buffer, position: number): boolean {
  try {
    for (let done = 0; done < into.length;) {
      const count = readSync(source, into, done, into.length - done, position + done);
      if (count === 0) return true;
      done += count;
    }
    return true;
  } catch (error) {
    if (systemCode(error) === "EIO") return false;
    throw error;
  }
}

function joined(ranges: BadRanges): BadRanges {
  const all: (readonly [number, number])[] = [];
  for (const [from, to] of ranges) {
    const last = all.at(-1);
    if (last?.[1] === from) all[all.length - 1] = [last[0], to];
    else all.push([from, to]);
  }
  return all;
}
