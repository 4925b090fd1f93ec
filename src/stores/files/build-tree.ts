import {
  closeSync,
  constants,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeSync,
} from "node:fs";
import { createHash } from "node:crypto";

import { diskError } from "../../core/disk.ts";
import { SalvorError, systemCode } from "../../core/errors.ts";
import { sha256Hex } from "../../core/hash.ts";
import type { RestoreOptions } from "../file-comparison.ts";
import type { Content, Part } from "../types.ts";
import { Admission } from "./admit.ts";
import { setFileAttributes, setFolderAttributes, setLinkAttributes } from "./attributes.ts";
import { ContentReader, damagedTree } from "./content-reader.ts";
import { hasContent, parseEntry, type TreeEntry } from "./entry.ts";
import { ENTRIES } from "./parts.ts";
import { bytesOf, placeOf, showPath } from "./raw-path.ts";
import { selectAll, selectOnly } from "./select.ts";
import { writeSparse } from "./sparse.ts";

/**
 * Builds the tree of a content in `root`, an empty folder that nobody else writes to. Contents are
 * proven by the digests of their entries.
 */
export async function buildTree(
  root: string,
  content: Content,
  { only, ...choice }: RestoreOptions,
  signal: AbortSignal,
): Promise<void> {
  const parts = content.parts(signal)[Symbol.asyncIterator]();
  const entries = await readEntries(parts, signal);
  await using contents = new ContentReader(parts, signal);
  const linked = new Set(entries.flatMap(({ hardlink }) => hardlink ?? []));
  const admission = new Admission(linked);
  for (const entry of entries) admission.admit(entry);
  const selected =
    only === undefined ? selectAll(entries) : selectOnly(entries, { ...choice, only });
  const folders = selected.flatMap(({ build }) => (build?.kind === "folder" ? [build] : []));
  for (const folder of folders) makeEntry(root, folder);
  for (const { entry, build } of selected) {
    signal.throwIfAborted();
    if (build === null) contents.skip(hasContent(entry) ? entry.size : 0);
    else if (hasContent(build)) await makeFile(root, build, contents);
    else if (build.kind !== "folder") makeEntry(root, build);
  }
  if (only === undefined) await contents.end();
  // Each name that comes into a folder changes its time, and may need more than its mode allows.
  for (const folder of folders.toReversed()) finishFolder(root, folder);
}

async function readEntries(
  parts: AsyncIterator<Part>,
  signal: AbortSignal,
): Promise<readonly TreeEntry[]> {
  const first = await parts.next();
  if (first.done === true || first.value.name !== ENTRIES) throw damagedTree("it has no entries");
  const entries: TreeEntry[] = [];
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of first.value.open(signal)) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const entry = parseEntry(line);
      if (entry === null) throw damagedTree(`entry ${entries.length + 1} is not well formed`);
      entries.push(entry);
    }
  }
  if (rest !== "") throw damagedTree("its last entry is cut off");
  return entries;
}

function makeEntry(root: string, entry: TreeEntry): void {
  const place = placeOf(root, entry.path);
  told(root, entry, () => {
    if (entry.kind === "folder") {
      if (entry.path !== "") mkdirSync(place, 0o700);
    } else if (entry.link !== null) {
      symlinkSync(bytesOf(entry.link), place);
      setLinkAttributes(place, entry);
    } else if (entry.hardlink !== null) {
      linkSync(placeOf(root, entry.hardlink), place);
    } else {
      const file = create(place);
      try {
        setFileAttributes(file, entry);
      } finally {
        closeSync(file);
      }
    }
  });
}

async function makeFile(
  root: string,
  entry: TreeEntry & { readonly size: number; readonly sha256: string },
  contents: ContentReader,
): Promise<void> {
  const { path, size } = entry;
  const file = told(root, entry, () => create(placeOf(root, path)));
  try {
    const whole = contents.atHand(size);
    const sha256 =
      whole === null
        ? await writePortions(root, entry, { file, contents })
        : writeWhole(root, entry, { file, bytes: whole });
    if (sha256 !== entry.sha256) {
      throw damagedTree(`${showPath(path)} hashes to ${sha256}, not to ${entry.sha256}`);
    }
    told(root, entry, () => {
      if (entry.sparse) ftruncateSync(file, size);
      setFileAttributes(file, entry);
    });
  } finally {
    closeSync(file);
  }
}

function writeWhole(
  root: string,
  entry: TreeEntry,
  { file, bytes }: { readonly file: number; readonly bytes: Uint8Array },
): string {
  told(root, entry, () => write(file, bytes, 0, entry.sparse));
  return sha256Hex(bytes);
}

async function writePortions(
  root: string,
  entry: TreeEntry & { readonly size: number },
  { file, contents }: { readonly file: number; readonly contents: ContentReader },
): Promise<string> {
  const hash = createHash("sha256");
  for (let at = 0; at < entry.size;) {
    const bytes = await contents.next(entry.size - at);
    hash.update(bytes);
    told(root, entry, () => write(file, bytes, at, entry.sparse));
    at += bytes.length;
  }
  return hash.digest("hex");
}

function write(file: number, bytes: Uint8Array, position: number, sparse: boolean): void {
  if (sparse) return writeSparse(file, bytes, position);
  for (let done = 0; done < bytes.length;)
    done += writeSync(file, bytes, done, bytes.length - done, position + done);
}

/** Nobody else writes here; should there be a link all the same, it is not followed. */
function create(place: string | Buffer): number {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  return openSync(place, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
}

function finishFolder(root: string, entry: TreeEntry): void {
  told(root, entry, () => setFolderAttributes(placeOf(root, entry.path), entry));
}

function told<T>(root: string, { path }: TreeEntry, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof SalvorError) throw error;
    // Nobody else writes here.
    if (systemCode(error) === "EEXIST") throw damagedTree(`${showPath(path)} is in it twice`);
    throw diskError(`${root}/${showPath(path)}`, error);
  }
}
