import { createHash, type Hash } from "node:crypto";

import type { BlobDraft, Blobs } from "../blobs/types.ts";
import type { World } from "../core/world.ts";
import type { EncodedChunk } from "./chunk.ts";
import type { PackContents } from "./chunk-index.ts";
import { packName } from "./format.ts";
import { release } from "../core/release.ts";
import { deriveSeal, overhead, SALT_SIZE, seal, type Keys, type Seal } from "./seal.ts";
import { associatedData, encodePackHeader, encodeSlotHeader, headerOf } from "./slot.ts";
import { PACK_HEADER_SIZE, SLOT_HEADER_SIZE, type PackHeader, type SlotHeader } from "./slot.ts";

/** A pack takes no further chunk once it has reached this size, in bytes. */
const PACK_SIZE_TARGET = 64 << 20;
/** Bytes that are gathered before one write. */
const WRITE_SIZE = 1 << 20;

interface OpenPack {
  readonly draft: BlobDraft;
  readonly header: PackHeader;
  readonly seal: Seal | null;
  readonly slots: SlotHeader[];
  readonly hash: Hash;
  /** What was gathered for the next write: the first `gathered` bytes. */
  readonly buffer: Buffer;
  gathered: number;
  size: number;
}

/** Where packs go; `packSize` in bytes is that at which one is full. */
export interface PackWriterOptions {
  readonly blobs: Blobs;
  readonly keys: Keys | null;
  readonly world: World;
  readonly packSize?: number;
}

/** Puts chunks into packs. A pack that is full is committed while the next one is being filled. */
export class PackWriter implements AsyncDisposable {
  readonly #options: PackWriterOptions;
  readonly #signal: AbortSignal;
  readonly #written = new Set<string>();
  readonly #commits: Promise<PackContents>[] = [];
  #open: OpenPack | null = null;
  #storedBytes = 0;

  constructor(options: PackWriterOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
  }

  /** Bytes put into packs so far. */
  get storedBytes(): number {
    return this.#storedBytes;
  }

  /** Was this chunk put into a pack by this writer? */
  has(id: string): boolean {
    return this.#written.has(id);
  }

  /** Seals and appends one chunk, whether or not it lies elsewhere already. */
  async add(chunk: EncodedChunk): Promise<void> {
    this.#signal.throwIfAborted();
    const pack = (this.#open ??= await this.#start());
    const header = headerOf(chunk, overhead(this.#options.keys));
    const slot = pack.slots.length;
    const sealed =
      pack.seal === null
        ? []
        : seal(pack.seal, slot, associatedData(pack.header.salt, slot, header), chunk.stored);
    pack.slots.push(header);
    this.#written.add(chunk.id);
    await append(pack, encodeSlotHeader(header));
    if (pack.seal === null) await append(pack, chunk.stored);
    for (const bytes of sealed) {
      await append(pack, bytes);
      release(bytes);
    }
    this.#storedBytes += SLOT_HEADER_SIZE + header.storedLength;
    if (pack.size >= (this.#options.packSize ?? PACK_SIZE_TARGET)) await this.#close();
  }

  /** Commits what is left. The packs are named and on the disk when this returns. */
  async finish(): Promise<readonly PackContents[]> {
    await this.#close();
    return await Promise.all(this.#commits);
  }

  /** Without `finish` before it, drafts are dropped; packs that were full already stay behind. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#commits);
    await this.#open?.draft[Symbol.asyncDispose]();
    this.#open = null;
  }

  async #start(): Promise<OpenPack> {
    const { blobs, keys, world } = this.#options;
    const salt = Buffer.from(world.randomBytes(SALT_SIZE));
    const header = { epoch: keys?.epoch ?? 0, salt };
    const pack: OpenPack = {
      draft: await blobs.draft(this.#signal),
      header,
      seal: keys === null ? null : deriveSeal(keys, keys.epoch, salt, "pack"),
      slots: [],
      hash: createHash("sha256"),
      buffer: Buffer.allocUnsafeSlow(WRITE_SIZE),
      gathered: 0,
      size: 0,
    };
    await append(pack, encodePackHeader(header));
    this.#storedBytes += PACK_HEADER_SIZE;
    return pack;
  }

  async #close(): Promise<void> {
    const pack = this.#open;
    if (pack === null) return;
    this.#open = null;
    const commit = commitPack(pack);
    commit.catch(() => {}); // seen by `finish`
    this.#commits.push(commit);
    // One commit may go on beside the filling; more would only pile up behind the same disk.
    if (this.#commits.length > 1) await this.#commits.at(-2);
  }
}

async function append(pack: OpenPack, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const portion = bytes.subarray(at, at + pack.buffer.length - pack.gathered);
    pack.buffer.set(portion, pack.gathered);
    pack.gathered += portion.length;
    at += portion.length;
    if (pack.gathered === pack.buffer.length) await flush(pack);
  }
  pack.size += bytes.length;
}

async function flush(pack: OpenPack): Promise<void> {
  const bytes = pack.buffer.subarray(0, pack.gathered);
  pack.gathered = 0;
  pack.hash.update(bytes);
  await pack.draft.append(bytes);
}

async function commitPack(pack: OpenPack): Promise<PackContents> {
  await using draft = pack.draft;
  await flush(pack);
  const hash = pack.hash.digest("hex");
  await draft.commit(packName(hash));
  return { hash, header: pack.header, slots: pack.slots };
}
