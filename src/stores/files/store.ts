import { resolve } from "node:path";

import { SalvorError } from "../../core/errors.ts";
import type { DriverContext, Store } from "../types.ts";
import { captureTree } from "./capture.ts";
import { discardTree } from "./discard.ts";
import { exchangeTree } from "./exchange.ts";
import type { LiveTree } from "./live.ts";
import { hasMoved } from "./moved.ts";
import type { FilesOptions } from "./options.ts";
import { preflightTree } from "./preflight.ts";
import { putBackTree } from "./put-back.ts";
import { quarantineTree } from "./quarantine.ts";
import { restoreTree } from "./restore.ts";
import { holdTree } from "./specimen.ts";
import { usersOf } from "./users.ts";

/** Opens nothing: each call works on the tree as it is then. */
export function openTreeStore(name: string, options: FilesOptions, context: DriverContext): Store {
  const root = resolve(options.path);
  const identity = { name, driver: "files", address: root, options: { ...options, path: root } };
  const tree: LiveTree = { identity, root, options, context };
  return {
    identity,
    preflight: () => preflightTree(context.disk, root),
    hold: (signal) => holdTree(tree, signal),
    capture: (_options, signal) => captureTree(tree, signal),
    ...treeActions(tree),
    amend: async () => {
      throw new SalvorError("USAGE", "a tree of files cannot be changed in one transaction", {
        hint: 'Restore it whole: "salvor restore <snapshot> --in-place".',
      });
    },
  };
}

/** What is done to a tree as a whole, whatever its entries mean. */
export function treeActions(
  tree: LiveTree,
): Pick<
  Store,
  | "restore"
  | "quarantine"
  | "hasMoved"
  | "users"
  | "exchange"
  | "putBack"
  | "discard"
  | typeof Symbol.asyncDispose
> {
  const { root } = tree;
  return {
    restore: (content, choice, signal) => restoreTree(tree, content, choice, signal),
    quarantine: (folder, signal) => quarantineTree(tree, folder, signal),
    hasMoved: (since, signal) => hasMoved(tree, since, signal),
    users: () => usersOf(root),
    exchange: (beside, quarantine, choices, signal) =>
      exchangeTree(tree, resolve(beside), { quarantine, options: choices }, signal),
    putBack: (quarantine, choices, signal) => putBackTree(tree, quarantine, choices, signal),
    discard: (signal) => discardTree(tree, signal),
    [Symbol.asyncDispose]: async () => {},
  };
}
