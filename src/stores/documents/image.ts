import type { JsonObject } from "../../core/json.ts";
import { showKey } from "../../receipts/show.ts";
import { openImage } from "../files/image.ts";
import type { Image } from "../types.ts";
import type { HeldFolder } from "./held.ts";
import { checkFolder } from "./check.ts";
import { DocumentTables } from "./tables/document-tables.ts";
import { folderRows } from "./rows.ts";
import { collectionsOf, elementsOf } from "./schema-elements.ts";
import { sealFolder } from "./seal.ts";
import { showDocumentKey } from "./survey/document-key.ts";
import { FILES } from "./survey/file-rows.ts";

/** A folder that is held, as an image: its parts are those of a tree of files. */
export function openDocuments(folder: HeldFolder): Image {
  const { live, captured } = folder;
  const tree = openImage(captured);
  const tables = new DocumentTables(folder);
  const description = describe(tree.description);
  const keys = new Map(live.specs.map(({ name, key }) => [name, key]));
  return {
    ...tree,
    description,
    collections: async () => collectionsOf(live.specs),
    schema: async () => elementsOf(live.specs),
    seal: (options, signal) => sealFolder(folder, description, options, signal),
    rows: (name, range, signal) => folderRows(folder, name, range, signal),
    showKey: (name, key) =>
      name === FILES.name
        ? showKey({ ...FILES, encoding: "utf-8" }, key)
        : showDocumentKey(keys.get(name), key),
    query: (query, signal) => tables.ask(query, signal),
    check: (signal) => checkFolder(folder, signal),
    [Symbol.asyncDispose]: async () => {
      await tables[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** What a later recovery wants to know and the rows do not tell. Never compared. */
function describe(tree: JsonObject): JsonObject {
  return { ...tree, engine: "documents", internal: [FILES.name] };
}
