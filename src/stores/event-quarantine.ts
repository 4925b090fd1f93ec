import { isUtf8 } from "node:buffer";
import { dirname } from "node:path";

import { makeFolderDurably, readWhole, type Disk } from "../core/disk.ts";
import { sha256Hex } from "../core/hash.ts";
import { canonicalJson, type JsonObject } from "../core/json.ts";
import type { EventDamage } from "./events.ts";

const LINE_FEED = 0x0a;

/**
 * Where the damaged events of a log are kept, one a line: what was found, where, and its bytes. The
 * same damage is kept once, however often it is found. One writer at a time.
 */
export class EventQuarantine {
  readonly #disk: Disk;
  readonly #path: string;
  /** Digests of the lines that are there. */
  #known: Set<string> | null = null;

  /** @param path of the file; it and its folder are made when there is something to keep. */
  constructor(disk: Disk, path: string) {
    this.#disk = disk;
    this.#path = path;
  }

  /**
   * Keeps what was not kept before, durably; returns how much that was. A power cut leaves whole
   * lines, or half a line that the next call ends.
   *
   * @throws {SalvorError} DISK_FULL, PERMISSION_DENIED, DISK_FAILED.
   */
  async keep(damaged: readonly EventDamage[]): Promise<number> {
    if (damaged.length === 0) return 0;
    const known = (this.#known ??= await this.#readKnown());
    const fresh = new Map(damaged.map(lineOf).map((line) => [sha256Hex(Buffer.from(line)), line]));
    for (const digest of fresh.keys()) if (known.has(digest)) fresh.delete(digest);
    if (fresh.size === 0) return 0;
    await this.#append([...fresh.values()].map((line) => `${line}\n`).join(""));
    for (const digest of fresh.keys()) known.add(digest);
    return fresh.size;
  }

  async #readKnown(): Promise<Set<string>> {
    const bytes = (await readWhole(this.#disk, this.#path)) ?? Buffer.alloc(0);
    const lines = bytes.toString().split("\n");
    return new Set(lines.map((line) => sha256Hex(Buffer.from(line))));
  }

  async #append(text: string): Promise<void> {
    const isNew = (await this.#disk.stat(this.#path)) === null;
    if (isNew) await makeFolderDurably(this.#disk, dirname(this.#path));
    {
      await using file = await this.#disk.open(this.#path, isNew ? "create" : "update");
      const size = await file.size();
      const isTorn = size > 0 && (await lastByte(file, size)) !== LINE_FEED;
      await file.write(Buffer.from(isTorn ? `\n${text}` : text), size);
      await file.sync();
    }
    if (isNew) await this.#disk.syncFolder(dirname(this.#path));
  }
}

async function lastByte(
  file: { read(into: Uint8Array, position: number): Promise<number> },
  size: number,
): Promise<number | undefined> {
  const byte = new Uint8Array(1);
  await file.read(byte, size - 1);
  return byte[0];
}

/** One spelling for one damage. */
function lineOf({ file, line, offset, reason, fault, id, sequence, bytes }: EventDamage): string {
  return canonicalJson({ file, line, offset, reason, fault, id, sequence, bytes: shown(bytes) });
}

/** Text where it is text, else base64. */
function shown(bytes: Uint8Array): string | JsonObject {
  const held = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return isUtf8(held) ? held.toString() : { $bytes: held.toString("base64") };
}
