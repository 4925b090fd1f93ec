import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, it } from "node:test";

import { WorkerPool } from "../core/pool.ts";
import type { ByteRange } from "../stores/paged-file.ts";
import type { Content } from "../stores/types.ts";
import { temporaryFolder } from "../../test/support/folder.ts";
import { seededRandom } from "../../test/support/random.ts";
import { SEED } from "../../test/support/seed.ts";
import { createRepository } from "./open.ts";
import { contentOf, pagedPart, sampleInput, sampleOptions } from "./samples.ts";

const PAGE_SIZE = 512;
/** A little more than one segment. */
const PAGES = 2300;
const COUNTERS: readonly ByteRange[] = [[24, 28]];

const { signal } = new AbortController();
const pool = new WorkerPool(2);
const folder = await temporaryFolder();
after(async () => {
  await pool[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const random = seededRandom(SEED);
const sealed = random.bytes(PAGE_SIZE * PAGES);
const repository = await createRepository(sampleOptions({ pool, passphrase: null }), signal);
const { id } = await repository.backup(
  sampleInput(contentOf(pagedPart(folder.path, "main", sealed, PAGE_SIZE))),
  signal,
);

/** The sealed bytes with so many of them changed. */
function altered(changes: number, from = 0): Buffer {
  const bytes = Buffer.from(sealed);
  for (let left = changes; left > 0; left -= 1)
    bytes.writeUInt8(random.below(256), from + random.below(bytes.length - from));
  return bytes;
}

describe(`content with a seed at hand (SEED=${SEED})`, () => {
  const seeds: readonly (readonly [name: string, bytes: Buffer | null])[] = [
    ["that is the snapshot itself", Buffer.from(sealed)],
    ["with a few other pages", altered(20)],
    ["with nothing but other pages", random.bytes(sealed.length)],
    ["that ends within a page", Buffer.from(sealed.subarray(0, PAGE_SIZE * 2100 + 7))],
    ["that is longer", Buffer.concat([sealed, random.bytes(PAGE_SIZE)])],
    ["with its pages one place further", Buffer.concat([random.bytes(PAGE_SIZE), sealed])],
    ["of no bytes", Buffer.alloc(0)],
    ["that is not there", null],
  ];
  for (const [name, bytes] of seeds) {
    it(`is the snapshot's, from a seed ${name}`, async () => {
      const path = join(folder.path, "seed");
      if (bytes !== null) writeFileSync(path, bytes);
      const from = bytes === null ? join(folder.path, "nowhere") : path;
      const read = await bytesOf(await repository.seededContent(id, from, signal));
      assert.ok(read.equals(sealed));
    });
  }

  it("is the snapshot's, where the seed is a folder", async () => {
    const read = await bytesOf(await repository.seededContent(id, folder.path, signal));
    assert.ok(read.equals(sealed));
  });
});

describe(`a file of pages that may hold what a snapshot holds (SEED=${SEED})`, () => {
  const holds = (bytes: Buffer, counters = COUNTERS): Promise<boolean> => {
    const path = join(folder.path, "other");
    writeFileSync(path, bytes);
    const pageCount = Math.floor(bytes.length / PAGE_SIZE);
    const pages = { path, pageSize: PAGE_SIZE, pageCount, counters };
    return repository.holdsSame(id, { name: "main", pages }, signal);
  };
  const flipped = (at: number): Buffer => {
    const bytes = Buffer.from(sealed);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    return bytes;
  };

  it("does when every byte is the same", async () => assert.ok(await holds(sealed)));
  it("does when only a counter differs", async () => assert.ok(await holds(flipped(25))));
  it("does not when a byte beside a counter differs", async () =>
    assert.equal(await holds(flipped(28)), false));
  it("does not when the counter's place differs in another page", async () =>
    assert.equal(await holds(flipped(PAGE_SIZE + 25)), false));
  it("does not when a counter and another page differ", async () => {
    const bytes = flipped(25);
    bytes[PAGE_SIZE * 2200] = (bytes[PAGE_SIZE * 2200] ?? 0) ^ 1;
    assert.equal(await holds(bytes), false);
  });
  it("does not when there is one page more, or one less", async () => {
    assert.equal(await holds(Buffer.concat([sealed, Buffer.alloc(PAGE_SIZE)])), false);
    assert.equal(await holds(sealed.subarray(0, -PAGE_SIZE)), false);
  });
  it("does not when nothing says what counts", async () =>
    assert.equal(await holds(flipped(25), []), false));
});

async function bytesOf(content: Content): Promise<Buffer> {
  const portions: Uint8Array[] = [];
  for await (const part of content.parts(signal))
    for await (const bytes of part.open(signal)) portions.push(bytes);
  return Buffer.concat(portions);
}
