import { resolve } from "node:path";

import { foreignAmendment } from "../refusals.ts";
import type { DriverContext, Store } from "../types.ts";
import { captureTree } from "./capture.ts";
import { compareTree } from "./compare.ts";
import { discardTree } from "./discard.ts";
import { exchangeTree } from "./exchange.ts";
import type { LiveTree } from "./live.ts";
import { hasMoved } from "./moved.ts";
import type { FilesOptions } from "./options.ts";
import { preflightTree } from "./preflight.ts";
import { putBackFiles } from "./put-back-files.ts";
import { putBackTree } from "./put-back.ts";
import { quarantineTree } from "./quarantine.ts";
import { restoreTree } from "./restore.ts";
import { treeForm, type RowForm } from "./row-form.ts";
import { holdTree } from "./specimen.ts";
import { usersOf } from "./users.ts";

/** Opens nothing: each call works on the tree as it is then. */
export function openTreeStore(name: string, options: FilesOptions, context: DriverContext): Store {
  const root = resolve(options.path);
  const identity = { name, driver: "files", address: root, options: { ...options, path: root } };
  const tree: LiveTree = { identity, root, options, context };
  const form = treeForm(options);
  return {
    identity,
    preflight: () => preflightTree(context.disk, root),
    hold: (signal) => holdTree(tree, signal),
    capture: (asked, signal) => captureTree(tree, asked, signal),
    ...treeActions(tree, form),
    amend: async (amendment, signal) => {
      if (amendment.kind !== "put-back-files") throw foreignAmendment("a tree of files", amendment);
      return await putBackFiles(tree, form, amendment, signal);
    },
  };
}

/** What is done to a tree as a whole, whatever its entries mean. */
export function treeActions(
  tree: LiveTree,
  form: RowForm,
): Pick<
  Store,
  | "restore"
  | "compareFiles"
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
    compareFiles: (content, choice, signal) => compareTree(tree, form, content, choice, signal),
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
