import { SalvorError } from "../../../core/errors.ts";
import type { CapturedTree } from "../../files/captured-tree.ts";
import type { TreeEntry } from "../../files/entry.ts";
import { digestsOf, pathsOf, timesOf } from "../../files/file-table.ts";
import { imageFiles } from "../../files/image-files.ts";
import { showPath } from "../../files/raw-path.ts";
import type { HeldFile } from "./held-file.ts";

/** The files of a tree that was captured, each with its place. */
export interface Placed {
  readonly files: HeldFile[];
  /** Everything but files: folders, links. */
  readonly others: readonly TreeEntry[];
  /** The files that are not in the spool: where they lie is not said yet. */
  readonly large: readonly number[];
  /** Files that lie where another one does, which is large. */
  readonly shared: readonly (readonly [at: number, first: number])[];
}

/** Finds the files of a tree that was captured with a table of them. */
export function placeFiles({ captured, target }: CapturedTree): Placed {
  const { table } = captured;
  if (table === null) throw withoutTable();
  const { spool } = imageFiles(target);
  const files: HeldFile[] = [];
  const large: number[] = [];
  const shared = table.hardlinks.filter(([at]) => (table.offsets[at] ?? 0) < 0);
  const firsts = new Map(shared);
  const [digestAt, timeAt] = [digestsOf(table), timesOf(table)];
  for (const [at, raw] of pathsOf(table).entries()) {
    const start = table.offsets[at] ?? 0;
    if (start < 0 && !firsts.has(at)) large.push(at);
    files.push({
      name: showPath(raw),
      raw,
      size: table.sizes[at] ?? 0,
      modifiedMs: Number(timeAt(at) / 1_000_000n),
      sha256: digestAt(at),
      path: spool,
      start: Math.max(0, start),
    });
  }
  return { files, others: table.rest.map(([, entry]) => entry), large, shared };
}

function withoutTable(): SalvorError {
  return new SalvorError("FAULT", "a folder of documents was read without a table of its files", {
    hint: "This is a fault of Salvor's own; please report it.",
  });
}
