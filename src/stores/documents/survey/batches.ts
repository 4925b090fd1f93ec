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
  const batch = new Portion();
  for (const file of files) {
    const spec = specs[file.collection];
    const parts = spec === undefined ? null : partsOf(file, spec, signal);
    if (parts === null) {
      const { name, number, collection, path, start, size } = file;
      const whole = { name, number, collection, path, start, size, before: NOTHING, part: null };
      if (!batch.hasRoom(whole)) yield batch.take();
      batch.add(whole);
      continue;
    }
    for await (const part of parts) {
      if (!batch.hasRoom(part)) yield batch.take();
      batch.add(part);
    }
  }
  if (!batch.isEmpty) yield batch.take();
}

const NOTHING = { bytes: 0, lines: 0 };

/** What comes together to a thread. */
class Portion {
  #files: SurveyFile[] = [];
  #bytes = 0;

  get isEmpty(): boolean {
    return this.#files.length === 0;
  }

  hasRoom({ size, part }: SurveyFile): boolean {
    if (this.isEmpty) return true;
    // Behind a fault in a long list, its parts are given up: they come alone.
    if (part !== null || this.#files[0]?.part !== null) return false;
    return this.#files.length < BATCH_FILES && this.#bytes + size <= BATCH_BYTES;
  }

  add(file: SurveyFile): void {
    this.#files.push(file);
    this.#bytes += file.size;
  }

  take(): readonly SurveyFile[] {
    const files = this.#files;
    this.#files = [];
    this.#bytes = 0;
    return files;
  }
}

/** The parts of a file that is read in parts; null for any other. */
function partsOf(
  file: AssignedFile,
  spec: CollectionSpec,
  signal: AbortSignal,
): AsyncIterable<SurveyFile> | null {
  const { name, number, collection, path, start, size } = file;
  const whole = { name, number, collection, path };
  const areLines = isLines(spec, name);
  const form = areLines ? null : longContainer(file, spec);
  if (form !== null) return cutContainer({ ...whole, start, size }, { form }, signal);
  return areLines && size > BATCH_BYTES ? cutLines(whole, { start, size }, signal) : null;
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
