import { open } from "node:fs/promises";

import type { AssignedFile } from "./assign.ts";
import { cutContainer } from "./cut-container.ts";
import { isLines } from "./lines.ts";
import { longContainer } from "./long-container.ts";
import type { CollectionSpec, SurveyFile } from "./types.ts";

const BATCH_FILES = 1_000;
const BATCH_BYTES = 2 << 20;
const NEWLINE = 0x0a;

/** Files in portions that a thread reads at a time; what is long and holds many documents is cut between two. */
export async function* batches(
  files: readonly AssignedFile[],
  specs: readonly CollectionSpec[],
  signal: AbortSignal,
): AsyncGenerator<readonly SurveyFile[]> {
  let batch: SurveyFile[] = [];
  let bytes = 0;
  for (const file of files) {
    for await (const part of partsOf(file, specs[file.collection], signal)) {
      const isFull = batch.length >= BATCH_FILES || bytes + part.size > BATCH_BYTES;
      // Behind a fault in a long list, its parts are given up: they come alone.
      if (batch.length > 0 && (isFull || part.part !== null || batch[0]?.part !== null)) {
        yield batch;
        batch = [];
        bytes = 0;
      }
      batch.push(part);
      bytes += part.size;
    }
  }
  if (batch.length > 0) yield batch;
}

async function* partsOf(
  file: AssignedFile,
  spec: CollectionSpec | undefined,
  signal: AbortSignal,
): AsyncGenerator<SurveyFile> {
  const { name, number, collection, path, start, size } = file;
  const whole = { name, number, collection, path };
  const areLines = spec !== undefined && isLines(spec, name);
  const form = spec === undefined || areLines ? null : longContainer(file, spec);
  if (form !== null) yield* cutContainer({ ...whole, start, size }, { form }, signal);
  else if (areLines && size > BATCH_BYTES) yield* cutLines(whole, { start, size }, signal);
  else yield { ...whole, start, size, before: { bytes: 0, lines: 0 }, part: null };
}

/** Ends each part behind the last line that is whole in it. */
async function* cutLines(
  file: Pick<SurveyFile, "name" | "number" | "collection" | "path">,
  { start, size }: { readonly start: number; readonly size: number },
  signal: AbortSignal,
): AsyncGenerator<SurveyFile> {
  await using handle = await open(file.path, "r");
  const buffer = Buffer.allocUnsafeSlow(BATCH_BYTES);
  const before = { bytes: 0, lines: 0 };
  let length = 0;
  let lines = 0;
  for (let at = 0; at < size;) {
    signal.throwIfAborted();
    const wanted = Math.min(BATCH_BYTES, size - at);
    const { bytesRead } = await handle.read(buffer, 0, wanted, start + at);
    if (bytesRead === 0) break;
    const portion = buffer.subarray(0, bytesRead);
    const cut = portion.lastIndexOf(NEWLINE) + 1;
    if (cut > 0) {
      lines += countLines(portion.subarray(0, cut));
      length += cut;
      yield {
        ...file,
        start: start + before.bytes,
        size: length,
        before: { ...before },
        part: null,
      };
      before.bytes += length;
      before.lines += lines;
      length = bytesRead - cut;
      lines = 0;
    } else length += bytesRead;
    at += bytesRead;
  }
  if (length > 0)
    yield { ...file, start: start + before.bytes, size: length, before: { ...before }, part: null };
}

function countLines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count++;
  return count;
}
