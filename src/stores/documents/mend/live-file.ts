import { createHash } from "node:crypto";
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fsyncSync,
  fstatSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  unlinkSync,
  writeSync,
  type BigIntStats,
} from "node:fs";

import { diskError } from "../../../core/disk.ts";
import { SalvorError, systemCode } from "../../../core/errors.ts";
import { removeFileSync } from "../../../core/remove-file.ts";
import { nameIn, parentOf, placeOf, showPath, type RawPath } from "../../files/raw-path.ts";
import type { FileAttributes } from "./types.ts";

/** What lies under a name: a file's digest, nothing, or something that is no file. */
export interface LiveFile {
  /** 64 hex digits; null when nothing is there; "other" for what is no file, or cannot be read. */
  readonly sha256: string | null;
  /** What tells it from every later state of it. */
  readonly marks: string;
  readonly attributes: FileAttributes | null;
}

const NOTHING: LiveFile = { sha256: null, marks: "nothing", attributes: null };
const PORTION_BYTES = 1 << 20;
const READ = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Reads a file for its digest, and gives its bytes to whoever wants them. */
export function readLive(
  root: string,
  raw: RawPath,
  take: (bytes: Uint8Array) => void = () => {},
): LiveFile {
  const place = placeOf(root, raw);
  let file: number;
  try {
    file = openSync(place, READ);
  } catch (error) {
    const code = systemCode(error) ?? "";
    if (code === "ENOENT" || code === "ENOTDIR") return NOTHING;
    if (code === "ELOOP") return { ...NOTHING, sha256: "other" };
    throw diskError(`${root}/${showPath(raw)}`, error);
  }
  try {
    const found = fstatSync(file, { bigint: true });
    if (!found.isFile()) return { ...NOTHING, sha256: "other" };
    const hash = createHash("sha256");
    const buffer = Buffer.allocUnsafe(PORTION_BYTES);
    for (;;) {
      const count = readSync(file, buffer, 0, buffer.length, null);
      if (count === 0) break;
      hash.update(buffer.subarray(0, count));
      take(buffer.subarray(0, count));
    }
    const [mode, uid, gid] = [Number(found.mode & 0o7777n), Number(found.uid), Number(found.gid)];
    const attributes = { mode, uid, gid, folderMode: 0o755 };
    return { sha256: hash.digest("hex"), marks: marksOf(found), attributes };
  } catch (error) {
    throw diskError(`${root}/${showPath(raw)}`, error);
  } finally {
    closeSync(file);
  }
}

function marksOf({ ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [ino, size, mtimeNs, ctimeNs].join(" ");
}

/** Is it still in the state that was read? */
function isUnchanged(place: string | Buffer, { marks }: LiveFile): boolean {
  const found = lstatSync(place, { bigint: true, throwIfNoEntry: false });
  return (found === undefined ? NOTHING.marks : marksOf(found)) === marks;
}

/** Of our own making only: what a killed one has left is made anew. */
function draftOf(root: string, raw: RawPath): string | Buffer {
  const parent = parentOf(raw) ?? "";
  const name = `.${nameIn(raw)}.salvor-draft`;
  return placeOf(root, parent === "" ? name : `${parent}/${name}`);
}

/** Removes what a killed change has left beside a file. */
export function removeDraft(root: string, raw: RawPath): void {
  told(root, raw, () => removeFileSync(draftOf(root, raw)));
}

/**
 * Puts a file in the place of another one, or of none: draft beside, sync, rename. The caller syncs
 * the folder.
 *
 * @param from the new file.
 * @returns false when somebody has written to it since it was read: then nothing has changed.
 */
export function replaceFile(
  root: string,
  raw: RawPath,
  {
    from,
    live,
    attributes,
  }: {
    readonly from: string;
    readonly live: LiveFile;
    readonly attributes: FileAttributes;
  },
): boolean {
  const place = placeOf(root, raw);
  const draft = draftOf(root, raw);
  return told(root, raw, () => {
    makeFolders(root, raw, attributes.folderMode);
    removeFileSync(draft);
    try {
      writeCopy(from, draft, attributes);
      if (!isUnchanged(place, live)) return false;
      // A link refuses what a rename would overwrite.
      if (live.sha256 === null) linkSync(draft, place);
      else renameSync(draft, place);
      return true;
    } catch (error) {
      if (systemCode(error) === "EEXIST") return false;
      throw error;
    } finally {
      removeFileSync(draft);
    }
  });
}

/** Takes a file away. @returns false when somebody has written to it since it was read. */
export function removeFile(root: string, raw: RawPath, live: LiveFile): boolean {
  const place = placeOf(root, raw);
  return told(root, raw, () => {
    if (!isUnchanged(place, live)) return false;
    unlinkSync(place);
    return true;
  });
}

function writeCopy(from: string, to: string | Buffer, of: FileAttributes): void {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const source = openSync(from, READ);
  const target = openSync(to, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    const buffer = Buffer.allocUnsafe(PORTION_BYTES);
    for (;;) {
      const count = readSync(source, buffer, 0, buffer.length, null);
      if (count === 0) break;
      for (let done = 0; done < count;) done += writeSync(target, buffer, done, count - done);
    }
    // Owner first: changing it takes the set-user-id bit away. Only root gives files away.
    if (process.geteuid?.() === 0) fchownSync(target, of.uid, of.gid);
    fchmodSync(target, of.mode);
    fsyncSync(target);
  } finally {
    closeSync(source);
    closeSync(target);
  }
}

/** Looks at each folder on the way: through a link, a file would come to lie outside of the store. */
function makeFolders(root: string, raw: RawPath, mode: number): void {
  const parent = parentOf(raw) ?? "";
  if (parent === "") return;
  makeFolders(root, parent, mode);
  const found = lstatSync(placeOf(root, parent), { throwIfNoEntry: false });
  if (found?.isDirectory() === true) return;
  if (found !== undefined) throw noFolder(`${root}/${showPath(parent)}`, showPath(raw));
  mkdirSync(placeOf(root, parent), { mode });
  syncFolderOf(root, parent);
}

function noFolder(folder: string, path: string): SalvorError {
  return new SalvorError("REFUSED", `${folder} is no folder, and ${path} belongs there`, {
    hint: 'Put the folder back in its place, and run "salvor recover" again.',
  });
}

/** Returns once the names in the folder that holds a file, if there is one, have reached the disk. */
export function syncFolderOf(root: string, raw: RawPath): void {
  const place = placeOf(root, parentOf(raw) ?? "");
  if (lstatSync(place, { throwIfNoEntry: false }) === undefined) return;
  const folder = openSync(place, READ);
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function told<T>(root: string, raw: RawPath, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw diskError(`${root}/${showPath(raw)}`, error);
  }
}
