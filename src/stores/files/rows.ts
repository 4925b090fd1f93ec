import { closeSync, openSync, readSync } from "node:fs";

import { SalvorError } from "../../core/errors.ts";
import { writeKey, writeRecord } from "../../receipts/canonical.ts";
import type { EntrySink, Value } from "../../receipts/types.ts";
import type { Collection } from "../types.ts";
import { parseEntry, type TreeEntry } from "./entry.ts";
import { bytesOf, type RawPath } from "./raw-path.ts";

/** The one collection of a tree: every name in it is a row. */
export const FILES: Collection = {
  name: "files",
  key: ["path"],
  columns: ["path", "kind", "size", "mode", "uid", "gid", "mtime", "sha256", "link", "hardlink"],
  internal: false,
};

/** A file of lines of entries, and which of their facts are compared. */
export interface EntriesInput {
  readonly entries: string;
  /** User and group count. */
  readonly owners: boolean;
}

const NULL: Value = { type: "null" };

/** The row of an entry: what two trees must have in common to be equal. */
export function rowOf(entry: TreeEntry, owners: boolean): readonly Value[] {
  const { path, kind, size, mode, uid, gid, mtimeNs, sha256, link, hardlink } = entry;
  return [
    raw(path),
    text(kind),
    kind === "file" ? integer(size ?? 0) : NULL,
    kind === "link" ? NULL : integer(mode), // Linux has none for links
    owners ? integer(uid) : NULL,
    owners ? integer(gid) : NULL,
    // A folder's time tells of every file that came and went in it, of excluded ones too.
    kind === "folder" ? NULL : text(showTime(mtimeNs)),
    sha256 === null ? NULL : text(`sha256:${sha256}`),
    link === null ? NULL : raw(link),
    hardlink === null ? NULL : raw(hardlink),
  ];
}

const SECOND_NS = 1_000_000_000n;
/** From here on, and as far before 1970, whole seconds are the finest that can be given to a file. */
const FINE_MAX_NS = 2n ** 32n * SECOND_NS;

/** The unit of time, in nanoseconds, in which a restored file has the same time. */
export function grainOf(ns: bigint): bigint {
  return ns >= FINE_MAX_NS || ns < -FINE_MAX_NS ? SECOND_NS : 1000n;
}

/** RFC 3339 with microseconds: finer times cannot be given to a restored file. */
export function showTime(ns: bigint): string {
  const grain = grainOf(ns);
  const us = floorDivide(ns, grain) * (grain / 1000n);
  const ms = floorDivide(us, 1000n);
  const rest = String(us - ms * 1000n).padStart(3, "0");
  const date = new Date(Number(ms));
  if (Number.isNaN(date.getTime())) return String(us);
  return date.toISOString().replace("Z", `${rest}Z`);
}

/** Rounds down, also before 1970. */
export function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value % by < 0n ? quotient - 1n : quotient;
}

/** Hands the canonical entries of a file of lines to a sink, in the order of the lines. */
export function scanEntries({ entries, owners }: EntriesInput, sink: EntrySink): void {
  for (const line of linesOf(entries)) {
    const entry = parseEntry(line);
    if (entry === null) throw unreadable(entries);
    const key = writeKey([raw(entry.path)]);
    const row = writeRecord(rowOf(entry, owners));
    sink.add(key, 0, key.length, row, 0, row.length);
  }
}

const PORTION_BYTES = 1 << 20;

/** The lines of a text file, without their ends, read in portions. */
export function* linesOf(path: string): Generator<string> {
  const file = openSync(path, "r");
  const decoder = new TextDecoder();
  const buffer = Buffer.allocUnsafeSlow(PORTION_BYTES);
  let rest = "";
  try {
    for (;;) {
      const count = readSync(file, buffer, 0, buffer.length, null);
      const lines = (rest + decoder.decode(buffer.subarray(0, count), { stream: true })).split(
        "\n",
      );
      rest = lines.pop() ?? "";
      yield* lines;
      if (count === 0) break;
    }
    if (rest !== "") yield rest;
  } finally {
    closeSync(file);
  }
}

function unreadable(path: string): SalvorError {
  return new SalvorError("FAULT", `${path} holds a line that is no entry of a tree`, {
    hint: "This is a fault of Salvor's own; please report it.",
  });
}

function raw(path: RawPath): Value {
  return { type: "text", bytes: bytesOf(path) };
}

function text(value: string): Value {
  return { type: "text", bytes: Buffer.from(value) };
}

function integer(value: number): Value {
  return { type: "integer", value: BigInt(value) };
}
