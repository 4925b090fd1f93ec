import { lstat, readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";

import { ROOT, type Node } from "./operations.ts";

/** Which number each name in a folder has now, as whoever runs sees it. */
export class Tree {
  readonly #root: string;
  readonly #nodes = new Map<number, Node>();
  #next = ROOT + 1;

  private constructor(root: string) {
    this.#root = root;
    this.#nodes.set(ROOT, { kind: "folder", mode: 0o700, entries: new Map() });
  }

  /** Numbers everything that lies in the folder, contents included. */
  static async read(root: string): Promise<Tree> {
    const tree = new Tree(root);
    await tree.#readFolder(root, tree.#entries(ROOT));
    return tree;
  }

  /** A copy that later changes of names leave alone. */
  nodes(): Map<number, Node> {
    const copy = new Map<number, Node>();
    for (const [inode, node] of this.#nodes) {
      copy.set(inode, node.kind === "file" ? node : { ...node, entries: new Map(node.entries) });
    }
    return copy;
  }

  /** Relative path with "/", for people. */
  show(path: string): string {
    return relative(this.#root, path).split(sep).join("/");
  }

  /** The number of the folder that holds a name, and the name. */
  parent(path: string): { readonly folder: number; readonly name: string } {
    const names = this.#names(path);
    const name = names.pop();
    if (name === undefined) throw new Error(`${path} is the folder that is recorded`);
    const folder = this.#walk(names);
    if (folder === null) throw new Error(`${path} lies in a folder that was not recorded`);
    return { folder, name };
  }

  find(path: string): number | null {
    return this.#walk(this.#names(path));
  }

  node(inode: number): Node | undefined {
    return this.#nodes.get(inode);
  }

  add(folder: number, name: string, node: Node): number {
    const inode = this.#next;
    this.#next += 1;
    this.#nodes.set(inode, node);
    this.#entries(folder).set(name, inode);
    return inode;
  }

  link(folder: number, name: string, inode: number): void {
    this.#entries(folder).set(name, inode);
  }

  unlink(folder: number, name: string): void {
    this.#entries(folder).delete(name);
  }

  #names(path: string): string[] {
    const shown = relative(this.#root, path);
    if (shown === "") return [];
    const names = shown.split(sep);
    if (names[0] === "..") throw new Error(`${path} lies outside of ${this.#root}`);
    return names;
  }

  #walk(names: readonly string[]): number | null {
    let inode = ROOT;
    for (const name of names) {
      const node = this.#nodes.get(inode);
      const next = node?.kind === "folder" ? node.entries.get(name) : undefined;
      if (next === undefined) return null;
      inode = next;
    }
    return inode;
  }

  #entries(folder: number): Map<string, number> {
    const node = this.#nodes.get(folder);
    if (node?.kind !== "folder") throw new Error(`${folder} is not a folder`);
    return node.entries;
  }

  async #readFolder(path: string, entries: Map<string, number>): Promise<void> {
    for (const name of await readdir(path)) {
      const node = await readNode(join(path, name));
      if (node === null) continue;
      const inode = this.#next;
      this.#next += 1;
      this.#nodes.set(inode, node);
      entries.set(name, inode);
      if (node.kind === "folder") await this.#readFolder(join(path, name), node.entries);
    }
  }
}

/** One file or empty folder from the real disk; null for anything else and for what is gone. */
export async function readNode(path: string): Promise<Node | null> {
  try {
    const found = await lstat(path);
    const mode = found.mode & 0o7777;
    if (found.isDirectory()) return { kind: "folder", mode, entries: new Map() };
    return found.isFile() ? { kind: "file", mode, content: await readFile(path) } : null;
  } catch {
    return null;
  }
}
