import { defineProjection } from "salvor";
import { rowOf, type Change } from "./change.ts";

export const registry = defineProjection({
  name: "registry",
  tables: {
    files: { key: "path", columns: { path: "text", blob: "text", mode: "text" }, indexes: ["blob"] },
  },
  on: {
    "file.added": ({ data }, { files }) => files.put(rowOf(data)),
    "file.modified": ({ data }, { files }) => files.put(rowOf(data)),
    "file.deleted": ({ data }, { files }) => void files.delete((data as Change).path),
  },
});
