import { SalvorError } from "../../../core/errors.ts";
import type { CapturedTree } from "../../files/captured-tree.ts";
import type { TreeEntry } from "../../files/entry.ts";
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

const DIGEST_BYTES = 32;

/** Finds the files of a tree that was captured with a table of them. */
export function placeFiles({ captured, target }: CapturedTree): Placed {
  const { table } = captured;
  if (table === null) throw withoutTable();
  const { spool } = imageFiles(target);
  const digests = Buffer.from(table.digests.buffer, table.digests.byteOffset, table.digests.length);
  const files: HeldFile[] = [];
  const large: number[] = [];
  const shared = new Map(table.others);
  const paths = table.sizes.length === 0 ? [] : table.paths.split("\0");
  for (const [at, raw] of paths.entries()) {
    const [size = 0, start = 0] = [table.sizes[at], table.offsets[at]];
    if (start < 0 && !shared.has(at)) large.push(at);
    files.push({
      name: showPath(raw),
      raw,
      size,
      modifiedMs: Number((table.times[at] ?? 0n) / 1_000_000n),
      sha256: digests.toString("hex", at * DIGEST_BYTES, (at + 1) * DIGEST_BYTES),
      path: spool,
      start: Math.max(0, start),
    });
  }
  return { files, others: table.rest, large, shared: table.others };
}

function withoutTable(): SalvorError {
  return new SalvorError("FAULT", "a folder of documents was read without a table of its files", {
    hint: "This is a fault of Salvor's own; please report it.",
  });
}
