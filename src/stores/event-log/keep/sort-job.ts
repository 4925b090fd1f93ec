import { createHash, hash, type Hash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";

import type { JobAnswer } from "../../../core/pool.ts";
import { SalvorError } from "../../../core/errors.ts";
import { sha256Hex } from "../../../core/hash.ts";
import { writeKey, writeRecord } from "../../../receipts/canonical.ts";
import { LENGTHS, packedEntryLength, writeLengths } from "../../../receipts/packed-entries.ts";
import { RunWriter, type Run } from "../../../receipts/sorted-runs.ts";
import { SortingSink } from "../../../receipts/sorting-sink.ts";
import type { EntrySink, Value } from "../../../receipts/types.ts";
import { cutLines } from "../read/cut-lines.ts";
import type { LineBlock } from "../read/line-block.ts";
import { BLOCK_BYTES } from "./blocks.ts";
import { EventKeys } from "./event-keys.ts";
import { LineIds, type LineOptions } from "./line-ids.ts";

/** A piece of a captured segment whose lines are sorted. */
export interface SortInput {
  readonly file: string;
  /** Relative to the log. */
  readonly path: string;
  /** Its number in the order of writing. */
  readonly segment: number;
  /** Bytes of the file as captured. */
  readonly size: number;
  /** SHA-256 of all its blocks. */
  readonly blocks: readonly string[];
  readonly isPacked: boolean;
  /** Blocks whose lines are taken: those that begin in them. Of a compressed segment all. */
  readonly from: number;
  readonly to: number;
  readonly options: LineOptions;
  readonly lineBytesMax: number;
  readonly scratch: string;
  /** Start of the names of the files that are written. */
  readonly target: string;
}

/** Sorted entries of events and of what is none. */
export interface SortedPiece {
  readonly events: Run;
  readonly damaged: Run;
  /** Why compressed bytes end early. */
  readonly trouble: string | null;
}

const MEMORY_BYTES = 16 << 20;
const BUFFER_BYTES = 1 << 20;

/** Sorts the lines of a piece by id and place, and proves its bytes to be those that were captured. */
export async function job(input: SortInput): Promise<JobAnswer<SortedPiece>> {
  using events = new SortedRun(`${input.target}.events`, input.scratch);
  using damaged = new SortedRun(`${input.target}.damaged`, input.scratch);
  if (input.isPacked) proveFile(input);
  const lines = new LineSorter(input, events.sink, damaged.sink);
  const trouble = await lines.run();
  return {
    output: { events: events.finish(), damaged: damaged.finish(), trouble },
    transfer: [],
  };
}

class SortedRun implements Disposable {
  readonly sink: SortingSink;
  readonly #writer: RunWriter;

  constructor(path: string, scratch: string) {
    this.#writer = new RunWriter(path);
    this.sink = new SortingSink(packingSink(this.#writer), { scratch, memory: MEMORY_BYTES });
  }

  finish(): Run {
    this.sink.finish();
    return this.#writer.finish();
  }

  [Symbol.dispose](): void {
    this.sink[Symbol.dispose]();
    this.#writer[Symbol.dispose]();
  }
}

function packingSink(writer: RunWriter): EntrySink {
  let packed = Buffer.alloc(4096);
  return {
    add: (key, keyStart, keyEnd, row, rowStart, rowEnd) => {
      const [keyLength, rowLength] = [keyEnd - keyStart, rowEnd - rowStart];
      const length = packedEntryLength(keyLength, rowLength);
      if (length > packed.length) packed = Buffer.alloc(2 * length);
      writeLengths(packed, 0, keyLength, rowLength);
      packed.set(key.subarray(keyStart, keyEnd), LENGTHS);
      packed.set(row.subarray(rowStart, rowEnd), LENGTHS + keyLength);
      writer.write(packed, 0, length);
    },
  };
}

/** Thrown to end the reading of a piece where the next one begins. */
const STOP = Symbol("stop");

class LineSorter {
  readonly #input: SortInput;
  readonly #events: EntrySink;
  readonly #damaged: EntrySink;
  readonly #ids: LineIds;
  readonly #keys = new EventKeys();
  readonly #proof: BlockProof | null;
  readonly #start: number;
  readonly #end: number;
  /** Bytes of lines that were read, uncompressed. */
  #read = 0;

  constructor(input: SortInput, events: EntrySink, damaged: EntrySink) {
    this.#input = input;
    this.#events = events;
    this.#damaged = damaged;
    this.#ids = new LineIds(input.options);
    this.#start = input.from * BLOCK_BYTES;
    this.#end = input.isPacked ? Infinity : Math.min(input.size, input.to * BLOCK_BYTES);
    this.#proof = input.isPacked ? null : new BlockProof(input);
  }

  async run(): Promise<string | null> {
    const { file, isPacked, size, lineBytesMax, options } = this.#input;
    const sum = options.checksum;
    const request = {
      path: file,
      from: Math.max(0, this.#start - 1), // is it the end of a line?
      to: isPacked ? null : size,
      lineBytesMax,
      checksum: sum?.over === "head" ? sum : null,
      members: null,
      links: null,
    };
    let trouble: string | null = null;
    try {
      const buffer = new ArrayBuffer(BUFFER_BYTES); // nobody has a block when the next one is cut
      const take = async (): Promise<ArrayBuffer> => buffer;
      trouble = await cutLines(request, take, (block) => this.#take(block));
    } catch (error) {
      if (error !== STOP) throw error;
    }
    this.#proof?.end();
    if (trouble !== null) this.#addDamaged(this.#read, "unreadable", hash("sha256", "", "latin1"));
    return trouble;
  }

  #take(block: LineBlock): void {
    const bytes = Buffer.from(block.buffer);
    const last = block.ends[block.count - 1] ?? 0;
    const length = last + (block.isEnded && block.skipped === 0 ? 1 : 0);
    this.#proof?.add(bytes.subarray(0, length), block.offset);
    this.#read = block.offset + length + block.skipped;
    const text = bytes.toString("latin1", 0, last);
    let start = 0;
    for (let line = 0; line < block.count; line++) {
      const end = block.ends[line] ?? 0;
      const offset = block.offset + start;
      if (offset >= this.#end) throw STOP;
      if (end > start && offset >= this.#start)
        this.#takeLine(block, line, { bytes, text, start, end });
      start = end + 1;
    }
  }

  #takeLine(
    block: LineBlock,
    line: number,
    { bytes, text, start, end }: { bytes: Buffer; text: string; start: number; end: number },
  ): void {
    const found = this.#ids.of(block, line, text);
    const digest = hash("sha256", bytes.subarray(start, end), "latin1"); // thrice as fast as bytes
    const offset = block.offset + start;
    if ("fault" in found) return this.#addDamaged(offset, found.fault, digest);
    const { segment } = this.#input;
    const keyEnd =
      "id" in found
        ? this.#keys.ofText(found.id, segment, offset)
        : this.#keys.ofBytes(bytes, found.from, found.to, segment, offset);
    ROW.write(digest, ROW.length - DIGEST_BYTES, "latin1");
    this.#events.add(this.#keys.bytes, 0, keyEnd, ROW, 0, ROW.length);
  }

  #addDamaged(offset: number, fault: string, digest: string): void {
    const key = writeKey([textOf(this.#input.path), { type: "integer", value: BigInt(offset) }]);
    const row = writeRecord([
      textOf(fault),
      { type: "blob", bytes: Buffer.from(digest, "latin1") },
    ]);
    this.#damaged.add(key, 0, key.length, row, 0, row.length);
  }
}

const DIGEST_BYTES = 32;
/** A row of one blob, as `writeRecord` spells it. */
const ROW = Buffer.from(writeRecord([{ type: "blob", bytes: new Uint8Array(DIGEST_BYTES) }]));

function textOf(text: string): Value {
  return { type: "text", bytes: Buffer.from(text) };
}

/** Holds the bytes that lines are read from to the digests of the capture. */
class BlockProof {
  readonly #input: SortInput;
  #hash: Hash = createHash("sha256");
  #block: number;
  #at: number;

  constructor(input: SortInput) {
    this.#input = input;
    this.#block = input.from;
    this.#at = input.from * BLOCK_BYTES;
  }

  add(bytes: Buffer, offset: number): void {
    const { to, size } = this.#input;
    if (offset > this.#at) return; // behind a line that was passed over: `end` reads it all again
    for (let at = Math.max(0, this.#at - offset); at < bytes.length && this.#block < to;) {
      const blockEnd = Math.min(size, (this.#block + 1) * BLOCK_BYTES);
      const end = Math.min(bytes.length, blockEnd - offset);
      this.#hash.update(bytes.subarray(at, end));
      this.#at = offset + end;
      at = end;
      if (this.#at === blockEnd) this.#close();
    }
  }

  /** A line that is too long was passed over: then there is nothing to prove it by. */
  end(): void {
    const { to, size } = this.#input;
    if (this.#at >= Math.min(size, to * BLOCK_BYTES)) return;
    proveFile(this.#input);
  }

  #close(): void {
    if (this.#hash.digest("hex") !== this.#input.blocks[this.#block]) throw changed(this.#input);
    this.#hash = createHash("sha256");
    this.#block += 1;
  }
}

/** Reads the blocks of a piece as they lie there, and proves them. */
function proveFile(input: SortInput): void {
  const file = openSync(input.file, "r");
  try {
    const buffer = Buffer.allocUnsafe(BLOCK_BYTES);
    for (let block = input.from; block < input.to; block++) {
      const length = Math.min(BLOCK_BYTES, input.size - block * BLOCK_BYTES);
      const read = readSync(file, buffer, 0, length, block * BLOCK_BYTES);
      if (sha256Hex(buffer.subarray(0, read)) !== input.blocks[block]) throw changed(input);
    }
  } finally {
    closeSync(file);
  }
}

function changed({ file }: SortInput): SalvorError {
  return new SalvorError("STORE_CHANGED", `${file} changed otherwise than by growing`, {
    hint: "Run the command again; a log whose head is rewritten needs the driver files.",
  });
}
