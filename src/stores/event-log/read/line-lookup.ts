import { open, type FileHandle } from "node:fs/promises";

import { identifySegments } from "../segments/identify.ts";
import { lineFrom } from "../segments/tail.ts";

/** Files that are kept open: a file that is open stays itself, whatever it is called by then. */
const OPEN_MAX = 16;
/** Most lines are shorter. */
const LINE_BYTES = 2048;
const LINE_FEED = 0x0a;

/** Reads single lines of segments. */
export class LineLookup implements AsyncDisposable {
  readonly #path: string;
  readonly #lineBytesMax: number;
  readonly #files = new Map<string, FileHandle>();
  readonly #buffer = Buffer.alloc(LINE_BYTES);

  constructor(path: string, lineBytesMax: number) {
    this.#path = path;
    this.#lineBytesMax = lineBytesMax;
  }

  /** The line that begins at a place, without its line feed; null when it is gone. */
  async lineAt(segment: string, offset: number): Promise<Buffer | null> {
    for await (const line of this.linesAt(segment, offset)) return line;
    return null;
  }

  /** The lines that begin there in each of the segments that begin with the same line. */
  async *linesAt(segment: string, offset: number): AsyncGenerator<Buffer> {
    const known = this.#files.get(segment);
    if (known !== undefined) {
      const line = await this.#quickly(known, offset);
      if (line !== null) yield line;
    }
    const segments = await identifySegments(this.#path, this.#lineBytesMax);
    for (const { path, compression } of segments.filter(({ id }) => id === segment)) {
      if (compression === "none" && !this.#files.has(segment))
        await this.#keep(segment, await open(path, "r"));
      const line = await lineFrom(path, offset, this.#lineBytesMax);
      if (line !== null) yield line;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const files = [...this.#files.values()];
    this.#files.clear();
    for (const file of files) await file.close();
  }

  /** Null when it is long, or does not end there. */
  async #quickly(file: FileHandle, offset: number): Promise<Buffer | null> {
    const { bytesRead } = await file.read(this.#buffer, 0, LINE_BYTES, offset);
    const end = this.#buffer.subarray(0, bytesRead).indexOf(LINE_FEED);
    return end < 0 ? null : Buffer.from(this.#buffer.subarray(0, end));
  }

  async #keep(segment: string, file: FileHandle): Promise<void> {
    const [oldest] = this.#files;
    if (oldest !== undefined && this.#files.size >= OPEN_MAX) {
      this.#files.delete(oldest[0]);
      await oldest[1].close();
    }
    this.#files.set(segment, file);
  }
}
