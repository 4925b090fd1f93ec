import { open, type FileHandle } from "node:fs/promises";

import { ContainerScan } from "./container-scan.ts";
import type { ContainerPart, SurveyFile } from "./types.ts";

/** Bytes of a part, and of what is read at a time. */
const PART_BYTES = 2 << 20;
/** Bytes that one part has at most: a longer document is cut there, and counts as one that has no end. */
const PART_MAX = 256 << 20;
/** Bytes that are looked at behind the end of a list, or behind a fault. */
const BEHIND_MAX = 64 << 20;

type CutFile = Pick<SurveyFile, "name" | "number" | "collection" | "path" | "start" | "size">;

/**
 * Cuts a long list of documents between two of them.
 *
 * @param cut.partBytes bytes that a part has at least, but for the last.
 */
export async function* cutContainer(
  file: CutFile,
  { form, partBytes = PART_BYTES }: { readonly form: ContainerPart["form"]; partBytes?: number },
  signal: AbortSignal,
): AsyncGenerator<SurveyFile> {
  await using handle = await open(file.path, "r");
  const cutter = new Cutter(file, form, partBytes);
  for await (const portion of portionsOf(handle, file, signal)) {
    yield* cutter.take(portion);
    if (cutter.isDone) return;
  }
  yield cutter.last();
}

async function* portionsOf(
  handle: FileHandle,
  { start, size }: Pick<SurveyFile, "start" | "size">,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.allocUnsafeSlow(PART_BYTES);
  for (let at = 0; at < size;) {
    signal.throwIfAborted();
    const { bytesRead } = await handle.read(buffer, 0, Math.min(PART_BYTES, size - at), start + at);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
  }
}

class Cutter {
  /** What is left is of no use: a fault lies before it. */
  isDone = false;
  readonly #file: CutFile;
  readonly #form: ContainerPart["form"];
  readonly #partBytes: number;
  readonly #scan = new ContainerScan();
  #passed = 0;
  /** Bytes since there is nothing more to cut. */
  #behind = 0;
  /** Where the part begins that is being read, and what lies before it. */
  #from = { at: 0, index: 0, lines: 0, column: 0 };

  constructor(file: CutFile, form: ContainerPart["form"], partBytes: number) {
    this.#file = file;
    this.#form = form;
    this.#partBytes = partBytes;
  }

  *take(bytes: Uint8Array): Generator<SurveyFile> {
    const scan = this.#scan;
    for (let at = 0; at >= 0 && at < bytes.length;) {
      const wanted = this.#from.at + this.#partBytes - this.#passed;
      at = scan.next(bytes, at, wanted);
      if (at < 0) break;
      const end = this.#passed + at;
      yield this.#part(end - 1, false);
      this.#from = { at: end, index: scan.commas, lines: scan.lines, column: scan.column };
    }
    this.#passed += bytes.length;
    if (scan.isOver) this.#behind += bytes.length;
    const isLong = this.#passed - this.#from.at >= PART_MAX;
    if (!isLong && this.#behind < BEHIND_MAX) return;
    this.isDone = true;
    yield this.#part(this.#passed, true);
  }

  last(): SurveyFile {
    return this.#part(this.#file.size, true);
  }

  #part(end: number, isLast: boolean): SurveyFile {
    const { name, number, collection, path, start } = this.#file;
    const { at, index, lines, column } = this.#from;
    return {
      name,
      number,
      collection,
      path,
      start: start + at,
      size: end - at,
      before: { bytes: at, lines },
      part: { form: this.#form, index, column, isFirst: at === 0, isLast },
    };
  }
}
