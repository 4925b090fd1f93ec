import { lstat } from "node:fs/promises";

import { timestamp } from "../../../core/world.ts";
import type { FileFacts } from "../../facts.ts";
import type { AssignedFile } from "../survey/assign.ts";
import type { HeldFile } from "../survey/held-file.ts";
import { isEmptied } from "../survey/lines.ts";
import type { FileSurvey } from "../survey/types.ts";
import type { HeldDocuments } from "./held-documents.ts";

/** Files that are listed; those that are not in order come first. */
const LISTED_MAX = 10_000;

/** The folder itself, and the documents in it, as they lay there. */
export async function fileFacts(
  { live, folder, blocked }: HeldDocuments,
  surveyed: ReadonlyMap<number, FileSurvey>,
  signal: AbortSignal,
): Promise<readonly FileFacts[]> {
  signal.throwIfAborted();
  const { root } = live.tree;
  const own = await folderFacts(root, blocked[0]?.description ?? null);
  if (folder === null) return [own];
  const { troubles } = folder.captured.captured;
  const unread = troubles.map(({ path, code }) => unreadFacts(root, path, code));
  const troubleOf = (file: AssignedFile): string | null =>
    isEmptied(folder.live.specs[file.collection], file)
      ? `${file.name} is empty`
      : (surveyed.get(file.number)?.trouble ?? null);
  const bad = folder.documents.filter((file) => troubleOf(file) !== null).slice(0, LISTED_MAX);
  const good = folder.documents
    .values()
    .filter((file) => troubleOf(file) === null)
    .take(LISTED_MAX - bad.length);
  return [own, ...unread, ...[...bad, ...good].map((file) => factsOf(root, file, troubleOf(file)))];
}

function factsOf(root: string, file: HeldFile, error: string | null): FileFacts {
  return {
    path: `${root}/${file.name}`,
    exists: true,
    readable: true,
    sizeBytes: file.size,
    modifiedAt: timestamp(file.modifiedMs),
    sha256: `sha256:${file.sha256}`,
    valid: error === null,
    error,
  };
}

function unreadFacts(root: string, path: string, code: string): FileFacts {
  return {
    path: path === "" ? root : `${root}/${path}`,
    exists: true,
    readable: false,
    sizeBytes: null,
    modifiedAt: null,
    sha256: null,
    valid: false,
    error: `it cannot be read: ${code}`,
  };
}

async function folderFacts(path: string, error: string | null): Promise<FileFacts> {
  const facts = { path, sha256: null, valid: error === null, error };
  try {
    const { mtimeMs } = await lstat(path);
    const modifiedAt = timestamp(mtimeMs);
    return { ...facts, exists: true, readable: true, sizeBytes: null, modifiedAt };
  } catch {
    return { ...facts, exists: false, readable: false, sizeBytes: null, modifiedAt: null };
  }
}
