import { writeKey, writeRecord } from "../../../receipts/canonical.ts";
import type { EntrySink, Value } from "../../../receipts/types.ts";
import type { Collection } from "../../types.ts";
import type { HeldFolder } from "../held.ts";
import { textValue } from "../values/key.ts";

/**
 * Every name of the folder: what stands between documents, and files that no collection has, are
 * compared by it. Times and permissions are restored, and are no content.
 */
export const FILES: Collection = {
  name: "(files)",
  key: ["path"],
  columns: ["path", "kind", "size", "sha256", "link"],
  internal: true,
};

const NULL: Value = { type: "null" };

/** How many names there are. */
export function countEntries({ files, others }: HeldFolder): number {
  return files.length + others.length;
}

/** Hands the names of a folder to a sink, in any order. */
export function scanNames({ files, others }: HeldFolder, sink: EntrySink): void {
  for (const { name, size, sha256 } of files) {
    const path = textValue(name);
    const length: Value = { type: "integer", value: BigInt(size) };
    add(sink, [path, textValue("file"), length, textValue(`sha256:${sha256}`), NULL]);
  }
  for (const { path: raw, kind, link } of others) {
    const path: Value = { type: "text", bytes: Buffer.from(raw, "latin1") };
    const target: Value =
      link === null ? NULL : { type: "text", bytes: Buffer.from(link, "latin1") };
    add(sink, [path, textValue(kind), NULL, NULL, target]);
  }
}

function add(sink: EntrySink, values: readonly Value[]): void {
  const key = writeKey(values.slice(0, 1));
  const row = writeRecord(values);
  sink.add(key, 0, key.length, row, 0, row.length);
}
