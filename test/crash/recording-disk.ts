import { dirname, join } from "node:path";

import {
  diskError,
  nodeDisk,
  type Disk,
  type DiskFile,
  type OpenMode,
} from "../../src/core/disk.ts";
import type { Node, Operation, Recording } from "./operations.ts";
import { readNode, Tree } from "./tree.ts";

/**
 * What may be done to an operation: an error at once, or half of a write and then the error.
 * `KILLED` stands for a process that is no longer there: the operation was never asked for.
 */
export interface Failure {
  readonly code: "ENOSPC" | "EIO" | "KILLED";
  readonly half: boolean;
}

/** Asked before each operation that changes something; `number` counts them from 0. */
export type FailureRule = (number: number, kind: string, path: string) => Failure | null;

/** Lets everything pass. */
export const noFailure: FailureRule = () => null;

/** Fails one operation, and no other. */
export function failOnce(at: number, failure: Failure): FailureRule {
  return (number) => (number === at ? failure : null);
}

/** A disk that is full from one operation on: nothing grows any more, removing still works. */
export function fullFrom(at: number): FailureRule {
  const growing = ["create", "write", "makeFolder"];
  return (number, kind) =>
    number >= at && growing.includes(kind) ? { code: "ENOSPC", half: kind === "write" } : null;
}

/** A process that is killed before one operation; `revive` lets the next process begin. */
export function killedAt(at: number): { readonly rule: FailureRule; revive(): void } {
  let dead = true;
  return {
    rule: (number) => (dead && number >= at ? { code: "KILLED", half: false } : null),
    revive: () => {
      dead = false;
    },
  };
}

/** A real folder whose changes are written down, or fail as told. */
export interface RecordingDisk extends Recording {
  readonly disk: Disk;
  /** Operations that were asked for, failed ones included. */
  readonly attempts: number;
  /** Writes down that a promise was made here. */
  mark(label: string): void;
}

/**
 * The real disk, seen from one folder. What lies there already counts as durable. An operation is
 * written down when it has returned, so a sync speaks only for what had returned when it began.
 */
export async function recordDisk(
  folder: string,
  fails: FailureRule = noFailure,
): Promise<RecordingDisk> {
  const recorder = new Recorder(await Tree.read(folder), fails);
  return {
    disk: recorder.disk(),
    base: recorder.base,
    log: recorder.log,
    get attempts() {
      return recorder.attempts;
    },
    mark: (label) => recorder.log.push({ kind: "mark", path: label }),
  };
}

class Recorder {
  readonly base: ReadonlyMap<number, Node>;
  readonly log: Operation[] = [];
  attempts = 0;
  readonly #tree: Tree;
  readonly #fails: FailureRule;

  constructor(tree: Tree, fails: FailureRule) {
    this.base = tree.nodes();
    this.#tree = tree;
    this.#fails = fails;
  }

  disk(): Disk {
    return {
      open: (path, mode, permissions) => this.#open(path, mode, permissions),
      stat: (path) => nodeDisk.stat(path),
      list: (path) => nodeDisk.list(path),
      makeFolder: (path, permissions) => this.#makeFolder(path, permissions),
      rename: (from, to) => this.#rename(from, to),
      remove: (path) => this.#remove(path),
      removeFolder: (path) => this.#removeFolder(path),
      syncFolder: async (path) => {
        await this.#sync(path, this.#numberOf(path), () => nodeDisk.syncFolder(path));
      },
    };
  }

  async #open(path: string, mode: OpenMode, permissions: number = 0o600): Promise<DiskFile> {
    if (mode === "read") return nodeDisk.open(path, mode);
    await this.#adopt(path);
    const known = this.#tree.find(path);
    if (mode !== "update") this.#check("create", path);
    const file = await nodeDisk.open(path, mode, permissions);
    const inode = known ?? this.#create("create", path, permissions);
    if (known !== null && mode === "replace")
      this.#note({ kind: "truncate", inode, size: 0, path });
    return this.#file(file, path, inode);
  }

  #create(kind: "create" | "makeFolder", path: string, mode: number): number {
    const { folder, name } = this.#tree.parent(path);
    const node: Node =
      kind === "create"
        ? { kind: "file", mode, content: Buffer.alloc(0) }
        : { kind: "folder", mode, entries: new Map() };
    const inode = this.#tree.add(folder, name, node);
    this.#note({ kind, inode, folder, name, mode, path });
    return inode;
  }

  #file(file: DiskFile, path: string, inode: number): DiskFile {
    return {
      read: (into, position) => file.read(into, position),
      size: () => file.size(),
      write: (bytes, position) => this.#write(file, { path, inode, bytes, position }),
      truncate: async (size) => {
        this.#check("truncate", path);
        await file.truncate(size);
        this.#note({ kind: "truncate", inode, size, path });
      },
      setMode: async (mode) => {
        this.#check("mode", path);
        await file.setMode(mode);
        this.#note({ kind: "mode", inode, mode, path });
      },
      setOwner: async (uid, gid) => {
        this.#check("owner", path);
        await file.setOwner(uid, gid);
      },
      sync: () => this.#sync(path, inode, () => file.sync()),
      [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
    };
  }

  async #write(
    file: DiskFile,
    what: { path: string; inode: number; bytes: Uint8Array; position: number },
  ): Promise<void> {
    const failure = this.#failure("write", what.path);
    const length = failure === null ? what.bytes.length : halfOf(what.bytes, failure);
    if (length > 0) {
      // The caller may use its buffer again at once.
      const bytes = Uint8Array.from(what.bytes.subarray(0, length));
      await file.write(bytes, what.position);
      this.#note({ ...what, kind: "write", bytes });
    }
    if (failure !== null) throw failed(what.path, failure);
  }

  async #makeFolder(path: string, permissions: number = 0o700): Promise<void> {
    const missing: string[] = [];
    for (let at = path; this.#tree.find(at) === null; at = dirname(at)) missing.push(at);
    for (const folder of missing.toReversed()) {
      this.#check("makeFolder", folder);
      await nodeDisk.makeFolder(folder, permissions);
      this.#create("makeFolder", folder, permissions);
    }
  }

  async #rename(from: string, to: string): Promise<void> {
    await this.#adopt(from);
    this.#check("rename", to);
    const source = this.#tree.parent(from);
    const target = this.#tree.parent(to);
    await nodeDisk.rename(from, to);
    const inode = this.#numberOf(from);
    this.#tree.unlink(source.folder, source.name);
    this.#tree.link(target.folder, target.name, inode);
    const sourceNames = { fromFolder: source.folder, fromName: source.name };
    this.#note({ kind: "rename", inode, ...sourceNames, ...target, path: to });
  }

  async #remove(path: string): Promise<void> {
    this.#check("remove", path);
    await nodeDisk.remove(path);
    this.#forget(path);
  }

  async #removeFolder(path: string): Promise<void> {
    this.#check("removeFolder", path);
    const inode = this.#tree.find(path);
    const node = inode === null ? undefined : this.#tree.node(inode);
    if (node?.kind === "folder") {
      for (const [name, child] of node.entries) {
        const inside = join(path, name);
        if (this.#tree.node(child)?.kind === "folder") await this.#removeFolder(inside);
        else await this.#remove(inside);
      }
    }
    await nodeDisk.removeFolder(path);
    this.#forget(path);
  }

  #forget(path: string): void {
    if (this.#tree.find(path) === null) return;
    const { folder, name } = this.#tree.parent(path);
    this.#tree.unlink(folder, name);
    this.#note({ kind: "remove", folder, name, path });
  }

  async #sync(path: string, inode: number, work: () => Promise<void>): Promise<void> {
    const covers = this.log.length;
    const failure = this.#failure("sync", path);
    if (failure !== null) {
      // After a failed fsync Linux forgets what was dirty: a later one that succeeds proves nothing.
      if (failure.code !== "KILLED") this.#note({ kind: "syncFailed", inode, covers, path });
      throw failed(path, failure);
    }
    await work();
    this.#note({ kind: "sync", inode, covers, path });
  }

  /** A file that something other than the disk made: it counts as durable from here on. */
  async #adopt(path: string): Promise<void> {
    if (this.#tree.find(path) !== null) return;
    const node = await readNode(path);
    if (node?.kind !== "file") return;
    const { folder, name } = this.#tree.parent(path);
    const inode = this.#tree.add(folder, name, node);
    const covers = this.log.length + 3;
    this.#note({ kind: "create", inode, folder, name, mode: node.mode, path });
    this.#note({ kind: "write", inode, position: 0, bytes: node.content, path });
    this.#note({ kind: "sync", inode, covers, path });
    this.#note({ kind: "sync", inode: folder, covers, path: dirname(path) });
  }

  #numberOf(path: string): number {
    const inode = this.#tree.find(path);
    if (inode === null) throw new Error(`${path} was not recorded`);
    return inode;
  }

  #check(kind: string, path: string): void {
    const failure = this.#failure(kind, path);
    if (failure !== null) throw failed(path, failure);
  }

  #failure(kind: string, path: string): Failure | null {
    const number = this.attempts;
    this.attempts += 1;
    return this.#fails(number, kind, this.#tree.show(path));
  }

  #note(operation: Operation): void {
    const path = operation.kind === "mark" ? operation.path : this.#tree.show(operation.path);
    this.log.push({ ...operation, path });
  }
}

function halfOf(bytes: Uint8Array, failure: Failure): number {
  return failure.half ? Math.floor(bytes.length / 2) : 0;
}

function failed(path: string, failure: Failure): Error {
  const cause = Object.assign(new Error(`${failure.code}: injected`), { code: failure.code });
  return diskError(path, cause);
}
