import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";

import { messageOf, systemCode } from "../../../core/errors.ts";
import { segmentError } from "./trouble.ts";

/** Bytes that are read, and that are uncompressed, at once. */
const PORTION = 1 << 18;

/** Portions near damage: what is made of the one that ends in it is lost, and so they get smaller. */
const FINER = [512, 1];

/**
 * What a compressed file holds, in order, up to its end or to where it is damaged.
 *
 * @param end told why there is nothing more, where that is not the end.
 * @throws {SalvorError} when the file itself cannot be read.
 */
export async function* unpack(
  path: string,
  compression: "gzip" | "zstd",
  end: (trouble: string) => void,
): AsyncGenerator<Buffer, void, undefined> {
  let given = 0;
  let damagedFrom = Infinity;
  let trouble = "";
  for (const size of [PORTION, ...FINER]) {
    await using packed = startUnpacking(path, compression, damagedFrom, size);
    let made = 0;
    try {
      for await (const portion of packed.portions) {
        const before = Math.max(0, given - made);
        made += portion.length;
        if (before >= portion.length) continue;
        given = made;
        yield portion.subarray(before);
      }
      return;
    } catch (error) {
      const fault = packed.fault();
      if (fault !== null) throw segmentError(path, fault);
      trouble = messageOf(error);
      damagedFrom = packed.read();
    }
  }
  end(trouble);
}

interface Unpacking extends AsyncDisposable {
  readonly portions: AsyncIterable<Buffer>;
  /** Why the file could not be read: that is no damage of what is packed in it. */
  fault(): Error | null;
  /** Compressed bytes that were used up; damage lies in what came next. */
  read(): number;
}

function startUnpacking(
  path: string,
  compression: "gzip" | "zstd",
  fineFrom: number,
  fineSize: number,
): Unpacking {
  const source = Readable.from(readPortions(path, fineFrom, fineSize));
  const options = { chunkSize: PORTION };
  const unpacking = compression === "gzip" ? createGunzip(options) : createZstdDecompress(options);
  source.on("error", (error) => unpacking.destroy(error));
  return {
    portions: source.pipe(unpacking),
    fault: () => (systemCode(source.errored) === null ? null : source.errored),
    read: () => unpacking.bytesWritten,
    [Symbol.asyncDispose]: async () => {
      source.destroy();
      unpacking.destroy();
    },
  };
}

async function* readPortions(
  path: string,
  fineFrom: number,
  fineSize: number,
): AsyncGenerator<Buffer> {
  const highWaterMark = PORTION;
  if (fineFrom > 0) yield* createReadStream(path, { end: fineFrom - 1, highWaterMark });
  if (fineFrom === Infinity) return;
  for await (const portion of createReadStream(path, { start: fineFrom, highWaterMark })) {
    const bytes = portion as Buffer;
    for (let at = 0; at < bytes.length; at += fineSize) yield bytes.subarray(at, at + fineSize);
  }
}
