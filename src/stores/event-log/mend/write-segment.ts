import { createWriteStream } from "node:fs";
import { chmod, chown, open } from "node:fs/promises";
import { finished } from "node:stream/promises";
import type { Writable } from "node:stream";
import { createGzip, createZstdCompress } from "node:zlib";

import { diskError } from "../../../core/disk.ts";
import { SalvorError } from "../../../core/errors.ts";
import { segmentAt, type LogPlace } from "../place.ts";
import { openSegment, type Compression } from "../segments/bytes.ts";
import type { LineRun } from "./align.ts";
import type { Edit } from "./edits.ts";

const PORTION_BYTES = 1 << 18;
const LINE_END = 10;

/** A segment that becomes another one. */
export interface SegmentWork {
  readonly path: string;
  readonly log: LogPlace;
  readonly source: LogPlace | null;
  readonly target: LogPlace;
  readonly edits: readonly Edit[];
  /** Of the one that is replaced. */
  readonly attributes: { readonly mode: number; readonly uid: number; readonly gid: number };
}

/** Writes a segment anew, packed as it was, and syncs it. */
export async function writeSegment(work: SegmentWork): Promise<void> {
  const from = segmentAt(work.log, work.path);
  const to = segmentAt(work.target, work.path);
  try {
    await using bytes = await openSegment(from);
    const file = createWriteStream(to, { flags: "wx", mode: 0o600 });
    const packed = packer(bytes.compression);
    packed?.pipe(file);
    const output = new LineOutput(packed ?? file);
    try {
      await copyEdited(output, bytes, work);
    } finally {
      (packed ?? file).end();
      await finished(file);
    }
    await settle(to, work.attributes);
  } catch (error) {
    throw diskError(to, error);
  }
}

async function copyEdited(
  output: LineOutput,
  bytes: Awaited<ReturnType<typeof openSegment>>,
  { source, edits }: SegmentWork,
): Promise<void> {
  let at = 0;
  for (const { offset, to, runs, lines } of edits) {
    if (offset > at) at += await copyUpTo(output, bytes, offset - at);
    for (const run of runs) await copyRun(output, source, run);
    for (const line of lines) await output.line(line);
    if (to > at) at += await copyUpTo(null, bytes, to - at);
  }
  await copyUpTo(output, bytes, Infinity);
}

/** Bytes that a writer has appended without a line end get one before anything else comes. */
class LineOutput {
  readonly #into: Writable;
  #isOpen = false;

  constructor(into: Writable) {
    this.#into = into;
  }

  async bytes(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    this.#isOpen = bytes.at(-1) !== LINE_END;
    if (!this.#into.write(bytes)) await drained(this.#into);
  }

  async startLine(): Promise<void> {
    if (this.#isOpen) await this.bytes(Buffer.from("\n"));
  }

  async line(bytes: Uint8Array): Promise<void> {
    await this.startLine();
    await this.bytes(bytes);
    await this.startLine();
  }
}

async function copyUpTo(
  output: LineOutput | null,
  bytes: Awaited<ReturnType<typeof openSegment>>,
  length: number,
): Promise<number> {
  let done = 0;
  while (done < length) {
    const portion = Buffer.allocUnsafeSlow(Math.min(PORTION_BYTES, length - done));
    const count = await bytes.read(portion, 0);
    if (count === 0) break;
    await output?.bytes(portion.subarray(0, count));
    done += count;
  }
  return done;
}

async function copyRun(
  output: LineOutput,
  source: LogPlace | null,
  { path, start, end }: LineRun,
): Promise<void> {
  if (source === null) return;
  await using bytes = await openSegment(segmentAt(source, path), start);
  await output.startLine();
  const count = await copyUpTo(output, bytes, end - start);
  if (count < end - start) throw shortened(segmentAt(source, path));
  await output.startLine();
}

function packer(compression: Compression): (Writable & NodeJS.ReadableStream) | null {
  if (compression === "none") return null;
  return compression === "gzip" ? createGzip() : createZstdCompress();
}

function drained(into: Writable): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (error?: Error): void => {
      into.off("drain", end).off("error", end);
      if (error === undefined) resolve();
      else reject(error);
    };
    into.on("drain", end).on("error", end);
  });
}

async function settle(path: string, { mode, uid, gid }: SegmentWork["attributes"]): Promise<void> {
  if (process.geteuid?.() === 0) await chown(path, uid, gid);
  await chmod(path, mode);
  await using file = await open(path, "r");
  await file.sync();
}

function shortened(path: string): SalvorError {
  return new SalvorError("STORE_CHANGED", `${path} became shorter while it was read`, {
    hint: "Run the command again.",
  });
}
