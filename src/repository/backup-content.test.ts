import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";

import fc from "fast-check";

import { openMemoryBlobs } from "../blobs/memory/blobs.ts";
import type { Blobs } from "../blobs/types.ts";
import { WorkerPool } from "../core/pool.ts";
import { collectionDigest } from "../receipts/tree.ts";
import { treeOf } from "../receipts/tree-codec.ts";
import type { Content, Part } from "../stores/types.ts";
import { createRepository, openRepository } from "./open.ts";
import { contentOf, pagedPart, PASSPHRASE, restored, sampleInput } from "./samples.ts";
import { sampleOptions, sampleReceipt, streamPart } from "./samples.ts";
import type { Repository } from "./types.ts";

const { signal } = new AbortController();
const pool = new WorkerPool(2);
const folder = mkdtempSync(join(tmpdir(), "salvor-backup-"));
after(async () => {
  await pool[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

for (const passphrase of [null, PASSPHRASE]) {
  describe(`a backup into ${passphrase === null ? "a plain" : "an encrypted"} repository`, () => {
    const make = (): Promise<Repository> =>
      createRepository(sampleOptions({ pool, passphrase }), signal);

    it("comes back byte by byte, in whatever parts and pages", async () => {
      const repository = await make();
      const sizes = fc.constantFrom(0, 1, 511, 70_000, 524_287, 524_288, 1_500_000, 5_000_000);
      const stream = fc.record({ size: sizes, portion: fc.constantFrom(999, 65_536, 9_000_000) });
      const paged = fc.record({
        pageSize: fc.constantFrom(512, 4096, 65_536),
        pageCount: fc.constantFrom(0, 1, 63, 64, 65, 200, 300),
        isRandom: fc.boolean(),
      });
      await fc.assert(
        fc.asyncProperty(
          fc.array(stream, { maxLength: 3 }),
          fc.array(paged, { maxLength: 2 }),
          async (streams, files) => {
            const wanted = new Map<string, Buffer>();
            const bytesOf = (name: string, size: number, isRandom: boolean): Buffer => {
              const bytes = isRandom ? randomBytes(size) : Buffer.alloc(size, name);
              wanted.set(name, bytes);
              return bytes;
            };
            const parts = [
              ...files.map(({ pageSize, pageCount, isRandom }, at) => {
                const bytes = bytesOf(`file-${at}`, pageSize * pageCount, isRandom);
                return pagedPart(folder, `file-${at}`, bytes, pageSize);
              }),
              ...streams.map(({ size, portion }, at) =>
                streamPart(`dir/${at}`, bytesOf(`dir/${at}`, size, at % 2 === 0), portion),
              ),
            ];
            const { id, bytes } = await repository.backup(sampleInput(contentOf(...parts)), signal);
            assert.deepEqual(await restored(repository, id, signal), wanted);
            assert.equal(
              bytes,
              [...wanted.values()].reduce((sum, each) => sum + each.length, 0),
            );
            assert.deepEqual(await repository.readBack(id, signal), []);
          },
        ),
        { numRuns: 12 },
      );
    });

    it("takes a part of known identity over without reading it, in its place, and no other", async () => {
      const repository = await make();
      const texts = { a: "first", b: "second", c: "third" };
      const opened: string[] = [];
      const part = (name: keyof typeof texts, identity: string): Part => {
        const plain = streamPart(name, Buffer.from(texts[name]));
        const open = (abort: AbortSignal): AsyncIterable<Uint8Array> => {
          opened.push(name);
          return plain.open(abort);
        };
        return { ...plain, identity, open };
      };
      const parts = (b: string): Content => contentOf(part("a", "1"), part("b", b), part("c", "3"));
      await repository.backup(sampleInput(parts("2")), signal);
      texts.b = "SECOND";
      opened.length = 0;
      const { id, bytes } = await repository.backup(sampleInput(parts("2b")), signal);
      assert.deepEqual(opened, ["b"]);
      assert.equal(bytes, "firstSECONDthird".length);
      const wanted = Object.entries(texts).map(
        ([name, text]) => [name, Buffer.from(text)] as const,
      );
      assert.deepEqual([...(await restored(repository, id, signal))], wanted);
      assert.deepEqual(await repository.readBack(id, signal), []);
    });

    it("stores only the pages that changed, at the same place", async () => {
      const repository = await make();
      const bytes = randomBytes(4096 * 3000);
      const backup = (): ReturnType<Repository["backup"]> =>
        repository.backup(sampleInput(contentOf(pagedPart(folder, "main", bytes, 4096))), signal);
      const first = await backup();
      assert.ok(first.storedBytes > bytes.length);
      const second = await backup();
      // Only the list of parts, which says where the maps are, could be new, and it is not.
      assert.equal(second.storedBytes, 0);
      randomBytes(4096).copy(bytes, 4096 * 2500);
      const third = await backup();
      // One page, the map of its segment (952 pages), and what names them.
      assert.ok(third.storedBytes < 45_000, `${third.storedBytes} bytes were stored`);
      for (const { id } of [first, third])
        assert.deepEqual(await repository.readBack(id, signal), []);
      assert.deepEqual((await restored(repository, third.id, signal)).get("main"), bytes);
      const firstMain = (await restored(repository, first.id, signal)).get("main");
      assert.notDeepEqual(firstMain, bytes);
    });

    it("follows a file that grows, shrinks, and changes its page size", async () => {
      const repository = await make();
      for (const [pageCount, pageSize] of [
        [100, 4096],
        [2100, 4096],
        [2049, 4096],
        [10, 4096],
        [40, 1024],
        [0, 1024],
      ] as const) {
        const bytes = Buffer.alloc(pageCount * pageSize, "abc");
        if (bytes.length > 0) randomBytes(30).copy(bytes, bytes.length - 30);
        const part = pagedPart(folder, "grows", bytes, pageSize);
        const { id } = await repository.backup(sampleInput(contentOf(part)), signal);
        assert.deepEqual((await restored(repository, id, signal)).get("grows"), bytes);
      }
    });

    it("stores content once, however often it occurs and wherever it moved", async () => {
      const repository = await make();
      const bytes = randomBytes(6_000_000);
      const once = await repository.backup(
        sampleInput(contentOf(streamPart("a", bytes), streamPart("b", bytes))),
        signal,
      );
      assert.ok(once.storedBytes < 6_100_000);
      const moved = Buffer.concat([randomBytes(1000), bytes]);
      const again = await repository.backup(sampleInput(contentOf(streamPart("c", moved))), signal);
      // The cut before the insertion moved, the others did not.
      assert.ok(again.storedBytes < 4_500_000, `${again.storedBytes} bytes were stored`);
    });

    it("counts sequences up within a store, whatever the clock says", async () => {
      const repository = await make();
      const one = await repository.backup(sampleInput(contentOf()), signal);
      const other = await repository.backup(sampleInput(contentOf(), { store: "b" }), signal);
      const two = await repository.backup(sampleInput(contentOf()), signal);
      assert.deepEqual([one.sequence, other.sequence, two.sequence], [1, 1, 2]);
      assert.equal(two.parent, one.id);
      const listed = await repository.snapshots(signal);
      assert.deepEqual(
        listed.map(({ id }) => id),
        [other.id, one.id, two.id],
      );
      assert.deepEqual(listed[1], one);
    });
  });
}

describe("a backup", () => {
  it("keeps the receipt and its trees", async () => {
    const repository = await createRepository(sampleOptions({ pool }), signal);
    const { id } = await repository.backup(sampleInput(contentOf()), signal);
    const { receipt, trees } = await repository.sealed(id, signal);
    assert.deepEqual(receipt, sampleReceipt().receipt);
    assert.equal(trees[0]?.count, 3);
  });

  it("is none when the receipt fails, and the next one works", async () => {
    const blobs = openMemoryBlobs();
    const repository = await createRepository(sampleOptions({ pool, blobs }), signal);
    const content = contentOf(streamPart("a", randomBytes(1000)));
    const failing = sampleInput(content, { sealed: Promise.reject(new Error("no receipt")) });
    await assert.rejects(repository.backup(failing, signal), /no receipt/);
    assert.deepEqual(await repository.snapshots(signal), []);
    const { id } = await repository.backup(sampleInput(content), signal);
    assert.deepEqual(await repository.readBack(id, signal), []);
  });

  it("says so when the image is shorter than it says", async () => {
    const repository = await createRepository(sampleOptions({ pool }), signal);
    const part = pagedPart(folder, "short", Buffer.alloc(40_960), 4096);
    truncateSync(join(folder, "short.image"), 40_000);
    const backup = repository.backup(sampleInput(contentOf(part)), signal);
    await assert.rejects(backup, { code: "FAULT", message: /ends at byte 40000/ });
    assert.deepEqual(await repository.snapshots(signal), []);
  });

  it("can be cancelled, and leaves no snapshot", async () => {
    const repository = await createRepository(sampleOptions({ pool }), signal);
    const controller = new AbortController();
    const part = streamPart("a", randomBytes(3_000_000));
    const stopping = {
      ...part,
      open: async function* open() {
        controller.abort();
        yield* part.open(signal);
      },
    };
    const backup = repository.backup(sampleInput(contentOf(stopping)), controller.signal);
    await assert.rejects(backup, { name: "AbortError" });
    assert.deepEqual(await repository.snapshots(signal), []);
  });

  it("gives warnings, and pins the snapshot before a suspicious drop until it is vouched for", async () => {
    const repository = await createRepository(sampleOptions({ pool }), signal);
    const before = await repository.backup(sampleInput(contentOf()), signal);
    const after = await repository.backup(
      sampleInput(contentOf(), { judge: () => ["items shrank from 3 to 0"] }),
      signal,
    );
    assert.deepEqual(after.warnings, ["items shrank from 3 to 0"]);
    const [pinned, dropped] = await repository.snapshots(signal);
    assert.deepEqual(
      [pinned?.drops, dropped?.drops, after.drops],
      [[], after.warnings, after.warnings],
    );
    assert.match(pinned?.pins[0] ?? "", /suspicious drop in .*: items shrank/);
    await repository.acknowledgeDrop(after.id, "ops", signal);
    for (const { pins, drops } of await repository.snapshots(signal))
      assert.deepEqual({ pins, drops }, { pins: [], drops: [] });
    await assert.rejects(repository.acknowledgeDrop("0".repeat(64), "ops", signal), {
      code: "NOT_FOUND",
    });
    assert.equal(before.id, pinned?.id);
  });

  it("remembers the highest level that was proven", async () => {
    const options = sampleOptions({ pool, passphrase: PASSPHRASE });
    const repository = await createRepository(options, signal);
    const { id, level } = await repository.backup(sampleInput(contentOf()), signal);
    assert.equal(level, "none");
    await repository.recordLevel(id, "complete", signal);
    await repository.recordLevel(id, "stored", signal);
    const again = await openRepository(options, signal);
    assert.equal((await again.snapshots(signal))[0]?.level, "complete");
  });

  it("stores anew what lay in a pack that is gone or cut off", async () => {
    for (const harm of ["gone", "cut off"]) {
      const blobs = openMemoryBlobs();
      const repository = await createRepository(sampleOptions({ pool, blobs }), signal);
      const pages = randomBytes(512 * 100);
      const content = contentOf(pagedPart(folder, "main", pages, 512), streamPart("a", pages));
      await repository.backup(sampleInput(content), signal);
      const [pack] = await Array.fromAsync(blobs.list("packs/", signal));
      const name = pack?.name ?? "";
      const bytes = await blobs.read(name, null, signal);
      if (harm === "gone") await blobs.remove([name], signal);
      else await put(blobs, name, bytes.subarray(0, -1));
      const second = await repository.backup(sampleInput(content), signal);
      assert.deepEqual(await repository.readBack(second.id, signal), [], harm);
      assert.deepEqual((await restored(repository, second.id, signal)).get("main"), pages);
    }
  });

  it("lists parts with large attributes in chunks that can be read again", async () => {
    const repository = await createRepository(sampleOptions({ pool }), signal);
    const note = "x".repeat(1 << 20);
    const parts = Array.from({ length: 20 }, (_, at) => ({
      ...streamPart(`part ${at}`, Buffer.from(`${at}`)),
      attributes: { note },
    }));
    const { id } = await repository.backup(sampleInput(contentOf(...parts)), signal);
    assert.deepEqual(await repository.readBack(id, signal), []);
    assert.equal((await restored(repository, id, signal)).size, 20);
  });

  it("keeps a tree whose keys are long, because they are whole rows", async () => {
    const repository = await createRepository(sampleOptions({ pool }), signal);
    const leaf = { count: 1, digest: randomBytes(32), lastKey: randomBytes(20 << 20) };
    const tree = treeOf("items", [leaf]);
    const { receipt } = sampleReceipt();
    const items = { count: 1, digest: collectionDigest(tree) };
    const sealed = { receipt: { ...receipt, collections: { items } }, trees: [tree] };
    const input = sampleInput(contentOf(), { sealed: Promise.resolve(sealed) });
    const { id } = await repository.backup(input, signal);
    assert.deepEqual(await repository.readBack(id, signal), []);
    const [back] = (await repository.sealed(id, signal)).trees;
    assert.ok(back?.leaves[0] && Buffer.compare(back.leaves[0].lastKey, leaf.lastKey) === 0);
  });

  it("goes on where a map or a list of the snapshot before is damaged, and rests on neither", async () => {
    for (const kind of [3, 5]) {
      const blobs = openMemoryBlobs();
      const repository = await createRepository(sampleOptions({ pool, blobs }), signal);
      const pages = randomBytes(512 * 100);
      const content = contentOf(pagedPart(folder, "main", pages, 512));
      await repository.backup(sampleInput(content), signal);
      const [pack] = await Array.fromAsync(blobs.list("packs/", signal));
      const name = pack?.name ?? "";
      const bytes = await blobs.read(name, null, signal);
      let at = 48;
      while (bytes[at] !== kind) at += 44 + bytes.readUInt32BE(at + 8);
      bytes[at + 44] = (bytes[at + 44] ?? 0) ^ 1;
      await put(blobs, name, bytes);
      const second = await repository.backup(sampleInput(content), signal);
      assert.deepEqual((await repository.repair(signal)).problems, []);
      assert.deepEqual((await restored(repository, second.id, signal)).get("main"), pages);
    }
  });
});

async function put(blobs: Blobs, name: string, bytes: Uint8Array): Promise<void> {
  await using draft = await blobs.draft(signal);
  await draft.append(bytes);
  await draft.commit(name);
}
