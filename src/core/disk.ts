import { constants } from "node:fs";
import { lstat, mkdir, open, readdir, rename, rm, stat, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";

import { SalvorError, systemCode } from "./errors.ts";

/** How a file is opened: `read`; `create` (must not exist); `replace` (emptied); `update` (kept). */
export type OpenMode = "read" | "create" | "replace" | "update";

/** What we know of a name without opening it. Sizes in bytes, times in milliseconds. */
export interface Entry {
  readonly kind: "file" | "folder" | "link" | "other";
  readonly size: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly modifiedMs: number;
  readonly device: number;
  readonly inode: number;
}

/** One open file. Positions and lengths in bytes. */
export interface DiskFile extends AsyncDisposable {
  /** Fills `into` from `position`; fewer bytes than asked for only at the end of the file. */
  read(into: Uint8Array, position: number): Promise<number>;
  /** Writes all of `bytes` at `position`, or throws. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  size(): Promise<number>;
  truncate(size: number): Promise<void>;
  setOwner(uid: number, gid: number): Promise<void>;
  setMode(mode: number): Promise<void>;
  /** Returns once the content has reached the disk (the name may not have: `syncFolder`). */
  sync(): Promise<void>;
}

/**
 * The file system, as far as what we keep must survive a power cut. Everything durable goes through
 * it, so that a test can lose, reorder and fail each operation.
 */
export interface Disk {
  open(path: string, mode: OpenMode, permissions?: number): Promise<DiskFile>;
  /** Null when nothing has that name. Does not follow links. */
  stat(path: string): Promise<Entry | null>;
  /** Names in a folder, sorted; empty when the folder does not exist. */
  list(path: string): Promise<readonly string[]>;
  makeFolder(path: string, permissions?: number): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Removes a file; no error when it is gone already. */
  remove(path: string): Promise<void>;
  removeFolder(path: string): Promise<void>;
  /** Returns once the names in the folder have reached the disk. */
  syncFolder(path: string): Promise<void>;
}

const FLAGS: Record<OpenMode, number> = {
  read: constants.O_RDONLY,
  create: constants.O_RDWR | constants.O_CREAT | constants.O_EXCL,
  // Whoever may write to the folder must not choose by a link which file is emptied.
  replace: constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW,
  update: constants.O_RDWR,
};

/** The real one. Errors of the operating system come out as ours, with the path. */
export const nodeDisk: Disk = {
  open: (path, mode, permissions = 0o600) =>
    translated(path, async () => {
      const handle = await open(path, FLAGS[mode], permissions);
      if (mode === "replace") await empty(handle, permissions);
      return diskFile(path, handle);
    }),
  stat: async (path) => {
    try {
      const found = await lstat(path);
      return {
        kind: found.isFile()
          ? "file"
          : found.isDirectory()
            ? "folder"
            : found.isSymbolicLink()
              ? "link"
              : "other",
        size: found.size,
        mode: found.mode & 0o7777,
        uid: found.uid,
        gid: found.gid,
        modifiedMs: found.mtimeMs,
        device: found.dev,
        inode: found.ino,
      };
    } catch (error) {
      if (["ENOENT", "ENOTDIR"].includes(systemCode(error) ?? "")) return null;
      throw diskError(path, error);
    }
  },
  list: async (path) => {
    try {
      return (await readdir(path)).sort();
    } catch (error) {
      if (systemCode(error) === "ENOENT") return [];
      throw diskError(path, error);
    }
  },
  makeFolder: (path, permissions = 0o700) => translated(path, () => makeFolders(path, permissions)),
  rename: (from, to) => translated(to, () => rename(from, to)),
  remove: (path) => translated(path, () => rm(path, { force: true })),
  removeFolder: (path) => translated(path, () => rm(path, { force: true, recursive: true })),
  syncFolder: (path) =>
    translated(path, async () => {
      await using folder = await open(path, "r");
      await folder.sync().catch((error: unknown) => {
        // What some network shares say: they have no such thing, and nothing has failed.
        if (systemCode(error) !== "EINVAL") throw error;
      });
    }),
};

/** Node's own recursion never ends where a file system takes no folder at all, as /proc does. */
async function makeFolders(path: string, mode: number): Promise<void> {
  if (await isMade(path, mode)) return;
  await makeFolders(dirname(path), mode);
  if (!(await isMade(path, mode))) throw Object.assign(new Error(`no folder ${path}`), NO_ENTRY);
}

const NO_ENTRY = { code: "ENOENT" } as const;

/** False when the folder above is missing. */
async function isMade(path: string, mode: number): Promise<boolean> {
  try {
    await mkdir(path, { mode });
    return true;
  } catch (error) {
    const code = systemCode(error);
    if (code === "EEXIST" && (await stat(path)).isDirectory()) return true;
    if (code === "ENOENT" && dirname(path) !== path) return false;
    throw error;
  }
}

/** A file that was there keeps its mode at opening: it gets its own before the first byte. */
async function empty(handle: FileHandle, permissions: number): Promise<void> {
  try {
    await handle.chmod(permissions);
    await handle.truncate(0);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Replaces `path`: a crash leaves the old bytes or the new, never a mixture. One writer a path. */
export async function writeDurably(disk: Disk, path: string, bytes: Uint8Array): Promise<void> {
  const draft = `${path}.draft`;
  {
    await using file = await disk.open(draft, "replace");
    await file.write(bytes, 0);
    await file.sync();
  }
  await disk.rename(draft, path);
  // The rename itself is only a promise until the folder that holds the name reaches the disk.
  await disk.syncFolder(dirname(path));
}

/** Replaces `path` by the pieces of a text, as they come; as durable as `writeDurably`. */
export async function writeLinesDurably(
  disk: Disk,
  path: string,
  pieces: AsyncIterable<string>,
): Promise<void> {
  const draft = `${path}.draft`;
  {
    await using file = await disk.open(draft, "replace");
    let position = 0;
    for await (const piece of pieces) {
      const bytes = Buffer.from(piece);
      await file.write(bytes, position);
      position += bytes.length;
    }
    await file.sync();
  }
  await disk.rename(draft, path);
  await disk.syncFolder(dirname(path));
}

const COPY_BYTES = 1 << 20;

/** Replaces `to` by a copy of `from`: draft, sync, rename, sync the folder. */
export async function copyDurably(disk: Disk, from: string, to: string): Promise<void> {
  const draft = `${to}.draft`;
  {
    await using source = await disk.open(from, "read");
    await using target = await disk.open(draft, "replace");
    const buffer = Buffer.allocUnsafe(COPY_BYTES);
    for (let position = 0; ;) {
      const length = await source.read(buffer, position);
      if (length === 0) break;
      await target.write(buffer.subarray(0, length), position);
      position += length;
    }
    await target.sync();
  }
  await disk.rename(draft, to);
  await disk.syncFolder(dirname(to));
}

/** Reads a whole small file. Null when it does not exist. */
export async function readWhole(disk: Disk, path: string): Promise<Buffer | null> {
  if ((await disk.stat(path)) === null) return null;
  await using file = await disk.open(path, "read");
  const bytes = Buffer.alloc(await file.size());
  const length = await file.read(bytes, 0);
  return bytes.subarray(0, length);
}

/** Makes a folder and every missing one above it, each name durable. */
export async function makeFolderDurably(disk: Disk, path: string): Promise<void> {
  const missing: string[] = [];
  for (let at = path; (await disk.stat(at)) === null; at = dirname(at)) missing.push(at);
  for (const folder of missing.reverse()) {
    await disk.makeFolder(folder);
    await disk.syncFolder(dirname(folder));
  }
}

function diskFile(path: string, handle: FileHandle): DiskFile {
  return {
    read: (into, position) => translated(path, () => readFully(handle, into, position)),
    write: (bytes, position) => translated(path, () => writeFully(handle, bytes, position)),
    size: () => translated(path, async () => (await handle.stat()).size),
    truncate: (size) => translated(path, () => handle.truncate(size)),
    setOwner: (uid, gid) => translated(path, () => handle.chown(uid, gid)),
    setMode: (mode) => translated(path, () => handle.chmod(mode)),
    sync: () => translated(path, () => handle.sync()),
    [Symbol.asyncDispose]: () => handle.close(),
  };
}

async function readFully(handle: FileHandle, into: Uint8Array, position: number): Promise<number> {
  let done = 0;
  while (done < into.length) {
    const { bytesRead } = await handle.read(into, done, into.length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
}

async function writeFully(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

const TOLD_BY_DISKS = [
  "EACCES",
  "EDQUOT",
  "EFBIG",
  "EIO",
  "ENAMETOOLONG",
  "ENOSPC",
  "EPERM",
  "EROFS",
];

async function translated<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw diskError(path, error);
  }
}

/** What a disk, a folder or its permissions did to a call that knows its path; else as it is. */
export function knownError(error: unknown): unknown {
  const isAboutDisks = TOLD_BY_DISKS.includes(systemCode(error) ?? "");
  if (!isAboutDisks || !(error instanceof Error)) return error;
  const path = "path" in error && typeof error.path === "string" ? error.path : "a file";
  return diskError(path, error);
}

/** Characters at each end of a path that are shown where its length is what is wrong. */
const SHOWN_PATH = 80;

/** An error of the operating system as one of ours: what was found, and what to do next. */
export function diskError(path: string, error: unknown): SalvorError {
  if (error instanceof SalvorError) return error;
  switch (systemCode(error)) {
    case "ENOENT":
      return new SalvorError("NOT_FOUND", `${path} does not exist`, {
        hint: "Check the path.",
        cause: error,
      });
    case "EEXIST":
    case "ENOTEMPTY":
      return new SalvorError("NOT_EMPTY", `${path} exists already`, {
        hint: "Name a path that does not exist yet.",
        cause: error,
      });
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new SalvorError("PERMISSION_DENIED", `${path} may not be read or written here`, {
        hint: "Run as the user that owns it, or change its permissions.",
        cause: error,
      });
    case "ELOOP":
      return new SalvorError("REFUSED", `${path} is a link, where a file of our own is needed`, {
        hint: "Look where it leads, and remove it if nobody needs it.",
        cause: error,
      });
    case "EISDIR":
      return new SalvorError("REFUSED", `${path} is a folder, where a file is needed`, {
        hint: "Name another path, or move the folder aside.",
        cause: error,
      });
    case "ENOTDIR":
      return new SalvorError("NOT_FOUND", `what stands above ${path} is not a folder`, {
        hint: "Check the path.",
        cause: error,
      });
    case "ENAMETOOLONG": {
      const shown = `${path.slice(0, SHOWN_PATH)}…${path.slice(-SHOWN_PATH)}`;
      const message = `a path of ${Buffer.byteLength(path)} bytes is too long here: ${shown}`;
      return new SalvorError("REFUSED", message, {
        hint: "A path has at most 4,095 bytes, a name 255. Name a shorter folder (--to, or state in salvor.yaml).",
        cause: error,
      });
    }
    case "EIO":
      return new SalvorError("DISK_FAILED", `the disk failed to read or write ${path}`, {
        hint: "Check the disk (dmesg, smartctl), then run the command again.",
        cause: error,
      });
    case "ENOSPC":
    case "EDQUOT":
    case "EFBIG":
      return new SalvorError("DISK_FULL", `there is no room left to write ${path}`, {
        hint: "Free some space on that file system and run the command again; nothing was lost.",
        cause: error,
      });
    default:
      return new SalvorError("FAULT", `${path} could not be read or written: ${String(error)}`, {
        hint: "Check the disk (dmesg, smartctl) and run the command again.",
        cause: error,
      });
  }
}
