import { resolve } from "node:path";

import { isJsonObject, type JsonObject } from "../../core/json.ts";
import { defineDriver } from "../define-driver.ts";
import { documentsOptions } from "./options.ts";

/** Folders of JSON documents: one a file, many in a file, or one a line. */
export const documentsDriver = defineDriver({
  name: "documents",
  summary: "A folder of JSON documents",
  options: documentsOptions,
  capabilities: {
    amendments: ["mend-documents", "put-back-files", "unmend-documents"],
    queries: true,
    transactional: false,
    parts: "streams",
    files: true,
  },
  open: async (name, options, context) => {
    context.hosts.warm("bytes"); // whatever is asked of it begins with reading, and starts there
    return (await import("./store.ts")).openDocumentStore(name, options, context);
  },
  addressOf: (given) => resolve(documentsOptions.parse(given).path),
  at: (address, given) => ({ ...given, path: address }),
  resolvePaths: withSchemas,
});

/** The schemas of collections are files. */
function withSchemas(options: JsonObject, absolute: (path: string) => string): JsonObject {
  const { collections } = options;
  if (!isJsonObject(collections)) return options;
  const resolved = Object.entries(collections).map(([name, given]) => {
    const schema = isJsonObject(given) ? given["schema"] : undefined;
    if (!isJsonObject(given) || typeof schema !== "string") return [name, given] as const;
    return [name, { ...given, schema: absolute(schema) }] as const;
  });
  return { ...options, collections: Object.fromEntries(resolved) };
}
