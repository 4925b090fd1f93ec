import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

import { sha256Hex } from "../../src/core/hash.ts";

/** Names, modes, links and bytes of a tree, seen without Salvor; null when there is none. */
export function treeContent(root: string): string | null {
  if (lstatSync(root, { throwIfNoEntry: false }) === undefined) return null;
  const lines = readdirSync(root, { recursive: true, encoding: "utf8" })
    .toSorted()
    .map((name) => describe(root, name));
  return lines.join("\n");
}

function describe(root: string, name: string): string {
  const path = join(root, name);
  const found = lstatSync(path);
  const facts = `${name} ${found.mode.toString(8)}`;
  if (found.isSymbolicLink()) return `${facts} -> ${readlinkSync(path)}`;
  return found.isFile() ? `${facts} ${sha256Hex(readFileSync(path))}` : facts;
}
