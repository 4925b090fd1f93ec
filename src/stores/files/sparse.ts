import { writeSync } from "node:fs";

/** What a file system gives a file at once. */
const BLOCK = 4096;
const ZEROS = Buffer.alloc(BLOCK);

/** Writes bytes, but for whole blocks of zeros: where nothing was written, zeros are read. */
export function writeSparse(file: number, bytes: Uint8Array, position: number): void {
  let from = 0;
  for (let at = 0; at < bytes.length;) {
    const end = Math.min(bytes.length, at + BLOCK - ((position + at) % BLOCK));
    if (isZero(bytes, at, end)) {
      writeRange(file, bytes, { from, to: at, position });
      from = end;
    }
    at = end;
  }
  writeRange(file, bytes, { from, to: bytes.length, position });
}

function isZero(bytes: Uint8Array, start: number, end: number): boolean {
  return ZEROS.compare(bytes, start, end, 0, end - start) === 0;
}

function writeRange(
  file: number,
  bytes: Uint8Array,
  { from, to, position }: { readonly from: number; readonly to: number; readonly position: number },
): void {
  for (let done = from; done < to;)
    done += writeSync(file, bytes, done, to - done, position + done);
}
