import { putBackFiles } from "../files/put-back-files.ts";
import type { RowForm } from "../files/row-form.ts";
import { treeActions } from "../files/store.ts";
import { resolve } from "node:path";

import { readTree, unreadOf } from "../files/capture.ts";
import type { JsonObject } from "../../core/json.ts";
import type { CaptureOptions } from "../capture-options.ts";
import type { DriverContext, Image, Store } from "../types.ts";
import { holdFolder } from "./held.ts";
import { openDocuments } from "./image.ts";
import type { LiveDocuments } from "./live.ts";
import type { DocumentsOptions } from "./options.ts";
import { holdDocuments, preflightDocuments } from "./specimen.ts";
import { collectionSpecs } from "./survey/assign.ts";
import { FILES } from "./survey/file-rows.ts";

/** Opens nothing: each call works on the folder as it is then. */
export function openDocumentStore(
  name: string,
  options: DocumentsOptions,
  context: DriverContext,
): Store {
  const root = resolve(options.path);
  const given = { ...options, path: root } as unknown as JsonObject;
  const identity = { name, driver: "documents", address: root, options: given };
  const files = { path: root, exclude: options.exclude, owners: "recorded" as const };
  const tree = { identity, root, options: files, context, listsFiles: true };
  const form: RowForm = {
    collection: FILES.name,
    columns: FILES.columns,
    owners: false,
    shown: true,
  };
  const live: LiveDocuments = { tree, options, specs: collectionSpecs(options) };
  return {
    identity,
    preflight: () => preflightDocuments(live),
    hold: (signal) => holdDocuments(live, signal),
    capture: (asked, signal) => captureDocuments(live, asked, signal),
    ...treeActions(tree, form),
    amend: async (amendment, signal) => {
      if (amendment.kind === "put-back-files") return putBackFiles(tree, form, amendment, signal);
      const { amendDocuments } = await import("./mend/amend.ts");
      return amendDocuments(live, amendment, signal);
    },
  };
}

/** Damaged documents are part of it, byte by byte; what cannot be read is not left out. */
async function captureDocuments(
  live: LiveDocuments,
  asked: CaptureOptions,
  signal: AbortSignal,
): Promise<Image> {
  const captured = await readTree(live.tree, signal);
  const folder = await holdFolder(live, captured, signal);
  try {
    const unread = unreadOf(live.tree, captured.captured, asked);
    return { ...openDocuments(folder), ...unread };
  } catch (error) {
    await folder[Symbol.asyncDispose]();
    throw error;
  }
}
