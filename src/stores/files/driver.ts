import { resolve } from "node:path";

import { defineDriver } from "../define-driver.ts";
import { filesOptions } from "./options.ts";

/** Trees of files: configuration, logs, certificates, media. */
export const filesDriver = defineDriver({
  name: "files",
  summary: "A folder with everything in it",
  options: filesOptions,
  capabilities: {
    amendments: ["put-back-files"],
    queries: true,
    transactional: false,
    parts: "streams",
    files: true,
  },
  open: async (...given) => (await import("./store.ts")).openTreeStore(...given),
  addressOf: (given) => resolve(filesOptions.parse(given).path),
  at: (address, given) => ({ ...given, path: address }),
});
