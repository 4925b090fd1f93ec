import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { ROOT, type EntryOperation, type Node, type Recording } from "./operations.ts";

/**
 * What became of an operation that no sync covered. `zeroed`: the file has grown, the bytes never
 * came. `linked`: of a rename between folders, the new name came and the old one stayed.
 */
export type Fate = "kept" | "lost" | "zeroed" | "linked" | { readonly tornAt: number };

/** A folder's content in memory; paths are relative, with "/". */
export interface DiskImage {
  readonly files: ReadonlyMap<string, { readonly content: Buffer; readonly mode: number }>;
  readonly folders: ReadonlyMap<string, number>;
  /** Equal for equal images. */
  readonly digest: string;
}

/** The disk before operation `cutAt` when those in `fates` came to what is said there. */
export function imageAt(
  recording: Recording,
  cutAt: number,
  fates: ReadonlyMap<number, Fate>,
): DiskImage {
  const nodes = new Map<number, Node>();
  for (const [inode, node] of recording.base) {
    nodes.set(inode, node.kind === "file" ? node : { ...node, entries: new Map(node.entries) });
  }
  for (const [index, operation] of recording.log.slice(0, cutAt).entries()) {
    const fate = fates.get(index) ?? "kept";
    switch (operation.kind) {
      case "sync":
      case "syncFailed":
      case "mark":
        break;
      case "write":
        changeFile(nodes, operation.inode, ({ content, mode }) => ({
          mode,
          content: written(content, operation.position, landed(operation.bytes, fate)),
        }));
        break;
      case "truncate":
        if (fate === "kept")
          changeFile(nodes, operation.inode, ({ content, mode }) => ({
            mode,
            content: resized(content, operation.size),
          }));
        break;
      case "mode":
        if (fate === "kept")
          changeFile(nodes, operation.inode, ({ content }) => ({ mode: operation.mode, content }));
        break;
      case "create":
      case "makeFolder":
      case "rename":
      case "remove":
        applyEntry(nodes, operation, fate);
    }
  }
  return collect(nodes);
}

/** Writes an image into an empty folder of the real disk. */
export async function materialise(image: DiskImage, into: string): Promise<void> {
  for (const [path, mode] of image.folders) await mkdir(join(into, path), { mode });
  for (const [path, { content, mode }] of image.files) {
    await mkdir(dirname(join(into, path)), { recursive: true });
    await writeFile(join(into, path), content, { mode });
  }
}

function applyEntry(nodes: Map<number, Node>, operation: EntryOperation, fate: Fate): void {
  // A node exists as soon as it was made, whether its name survives or not.
  if (operation.kind === "create")
    nodes.set(operation.inode, { kind: "file", mode: operation.mode, content: Buffer.alloc(0) });
  if (operation.kind === "makeFolder")
    nodes.set(operation.inode, { kind: "folder", mode: operation.mode, entries: new Map() });
  if (fate === "lost") return;
  const entries = entriesOf(nodes, operation.folder);
  if (operation.kind === "rename" && fate !== "linked")
    entriesOf(nodes, operation.fromFolder).delete(operation.fromName);
  if (operation.kind === "remove") entries.delete(operation.name);
  else entries.set(operation.name, operation.inode);
}

function entriesOf(nodes: ReadonlyMap<number, Node>, folder: number): Map<string, number> {
  const node = nodes.get(folder);
  if (node?.kind !== "folder") throw new Error(`${folder} is not a folder`);
  return node.entries;
}

interface FileState {
  readonly content: Buffer;
  readonly mode: number;
}

function changeFile(
  nodes: Map<number, Node>,
  inode: number,
  change: (file: FileState) => FileState,
): void {
  const node = nodes.get(inode);
  if (node?.kind !== "file") throw new Error(`${inode} is not a file`);
  nodes.set(inode, { kind: "file", ...change(node) });
}

function landed(bytes: Uint8Array, fate: Fate): Uint8Array | null {
  if (fate === "lost") return null;
  if (fate === "zeroed") return new Uint8Array(bytes.length);
  return typeof fate === "string" ? bytes : bytes.subarray(0, fate.tornAt);
}

function written(content: Buffer, position: number, bytes: Uint8Array | null): Buffer {
  if (bytes === null) return content;
  const grown = resized(content, Math.max(content.length, position + bytes.length));
  const copy = grown === content ? Buffer.from(content) : grown;
  copy.set(bytes, position);
  return copy;
}

function resized(content: Buffer, size: number): Buffer {
  if (size === content.length) return content;
  const copy = Buffer.alloc(size);
  content.copy(copy, 0, 0, Math.min(size, content.length));
  return copy;
}

function collect(nodes: ReadonlyMap<number, Node>): DiskImage {
  const files = new Map<string, FileState>();
  const folders = new Map<string, number>();
  const visit = (folder: number, prefix: string): void => {
    for (const [name, inode] of [...entriesOf(nodes, folder)].sort(byName)) {
      const node = nodes.get(inode);
      const path = `${prefix}${name}`;
      if (node?.kind === "file") files.set(path, { content: node.content, mode: node.mode });
      if (node?.kind !== "folder") continue;
      folders.set(path, node.mode);
      visit(inode, `${path}/`);
    }
  };
  visit(ROOT, "");
  return { files, folders, digest: digestOf(files, folders) };
}

function byName(one: readonly [string, number], other: readonly [string, number]): number {
  return one[0] < other[0] ? -1 : 1;
}

function digestOf(
  files: ReadonlyMap<string, FileState>,
  folders: ReadonlyMap<string, number>,
): string {
  const hash = createHash("sha256");
  for (const [path, mode] of folders) hash.update(`folder ${path} ${mode}\n`);
  for (const [path, { content, mode }] of files)
    hash.update(`file ${path} ${mode} ${content.length}\n`).update(content);
  return hash.digest("hex");
}
