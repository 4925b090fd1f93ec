import { dirname } from "node:path";

import { makeFolderDurably, type Disk, type DiskFile } from "../../core/disk.ts";
import { SalvorError } from "../../core/errors.ts";
import { release } from "../../core/release.ts";
import type { Content, Part } from "../types.ts";
import { COMPANIONS } from "./address.ts";

/** Of our own making only: nobody else calls a file so. */
const DRAFT = ".salvor-draft";

/**
 * Writes the database of a content to `path`: draft, sync, rename, sync the folder. A crash leaves
 * nothing under the name, or all of it.
 *
 * @throws {SalvorError} NOT_EMPTY when the name, or a companion that would poison it, is taken.
 */
export async function restoreDatabase(
  disk: Disk,
  content: Content,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  await refuseTaken(disk, path);
  await makeFolderDurably(disk, dirname(path));
  const draft = path + DRAFT;
  {
    await using file = await disk.open(draft, "replace"); // 0600 until it is whole
    const part = await onlyPart(content, signal);
    await writePart(file, part, signal);
    const { mode } = part.attributes;
    if (typeof mode === "number" && mode > 0) await file.setMode(mode & 0o777);
    await file.sync();
  }
  await disk.rename(draft, path);
  await disk.syncFolder(dirname(path));
}

/** Removes a database that a restore built, its companions and its draft; the names go durably. */
export async function discardDatabase(disk: Disk, path: string): Promise<void> {
  for (const ending of ["", ...COMPANIONS, DRAFT]) await disk.remove(path + ending);
  await disk.syncFolder(dirname(path));
}

async function refuseTaken(disk: Disk, path: string): Promise<void> {
  for (const ending of ["", ...COMPANIONS]) {
    if ((await disk.stat(path + ending)) === null) continue;
    throw new SalvorError("NOT_EMPTY", `${path}${ending} exists already`, {
      hint: "Name a path that does not exist yet, or move that file away first.",
    });
  }
}

async function onlyPart(content: Content, signal: AbortSignal): Promise<Part> {
  for await (const part of content.parts(signal)) return part;
  throw new SalvorError("BACKUP_DAMAGED", "the snapshot of an SQLite database has no parts", {
    hint: 'Run "salvor verify" and restore another snapshot.',
  });
}

async function writePart(file: DiskFile, part: Part, signal: AbortSignal): Promise<void> {
  let position = 0;
  for await (const bytes of part.open(signal)) {
    await file.write(bytes, position);
    position += bytes.length;
    release(bytes);
  }
  if (part.size === null || part.size === position) return;
  throw new SalvorError("BACKUP_DAMAGED", `${part.name} has ${position} bytes, not ${part.size}`, {
    hint: 'Run "salvor verify" and restore another snapshot.',
  });
}
