import type { JsonObject } from "../../core/json.ts";
import { fingerprintOf } from "./fingerprint-of.ts";
import type { LiveTree } from "./live.ts";

/**
 * False when every entry still has the marks that it had. Other marks tell nothing: a tree that was
 * copied, or restored, is another one with the same content.
 */
export async function hasMoved(
  tree: LiveTree,
  { fingerprint }: JsonObject,
  signal: AbortSignal,
): Promise<boolean | null> {
  if (typeof fingerprint !== "string") return null;
  return (await fingerprintOf(tree, tree.root, signal)) === fingerprint ? false : null;
}
