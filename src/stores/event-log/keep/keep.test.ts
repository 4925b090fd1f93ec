import assert from "node:assert/strict";
import { appendFile, readFile, rename, writeFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { gzipSync } from "node:zlib";

import { seededRandom } from "../../../../test/support/random.ts";
import { SEED } from "../../../../test/support/seed.ts";
import { sha256 } from "../../../core/hash.ts";
import { readKey } from "../../../receipts/canonical.ts";
import { RunReader, type Run } from "../../../receipts/sorted-runs.ts";
import type { Image, Part } from "../../types.ts";
import { BLOCK_BYTES } from "./blocks.ts";
import { eventLine, eventLines, sampleLog } from "./samples.ts";
import { job, type SortInput } from "./sort-job.ts";
import { surveySegment } from "./survey-segment.ts";
import { segmentFound } from "./list-segments.ts";
import { placeOf } from "../place.ts";

const signal = AbortSignal.timeout(60_000);

async function partsOf(image: Image): Promise<readonly Part[]> {
  return Array.fromAsync(image.parts(signal));
}

async function bytesOf(part: Part | undefined): Promise<Buffer> {
  assert.ok(part, "there is such a part");
  return Buffer.concat(await Array.fromAsync(part.open(signal)));
}

describe("an image of a log", () => {
  it("has the same pieces after an append, but for the last one", async () => {
    await using sample = await sampleLog({ "a.jsonl": eventLines(1, 8_000) }, "a.jsonl");
    await using first = await sample.live.capture({ exclusive: false }, signal);
    const before = await partsOf(first);
    await appendFile(sample.path("a.jsonl"), eventLines(8_001, 8_100));
    await using second = await sample.live.capture({ exclusive: false }, signal);
    const after = await partsOf(second);
    assert.ok(before.length > 5, "it has several blocks");
    const same = (part: Part, at: number): boolean =>
      part.name === after[at]?.name && part.identity === after[at]?.identity;
    assert.deepEqual(
      before.map(same),
      before.map((_, at) => at < before.length - 1),
      "only the tail has another name",
    );
  });

  it("has no line that is being written", async () => {
    const whole = eventLines(1, 20);
    const half = eventLine(21).slice(0, 70);
    await using sample = await sampleLog({ "a.jsonl": whole + half }, "a.jsonl");
    await using image = await sample.live.capture({ exclusive: false }, signal);
    const [, block] = await partsOf(image);
    assert.equal((await bytesOf(block)).toString(), whole);
    await appendFile(sample.path("a.jsonl"), eventLine(21).slice(70).trimEnd());
    await using later = await sample.live.capture({ exclusive: false }, signal);
    const [, grown] = await partsOf(later);
    assert.equal((await bytesOf(grown)).toString(), eventLines(1, 21).trimEnd());
  });

  it("is found again when its files have other names, and refused when its bytes are others", async () => {
    const files = { "log/a.jsonl": eventLines(1, 3_000) };
    await using sample = await sampleLog(files, "log/a.jsonl*");
    await using image = await sample.live.capture({ exclusive: false }, signal);
    const { receipt } = await image.seal({ portable: false }, signal);
    await rename(sample.path("log/a.jsonl"), sample.path("log/a.jsonl.1"));
    const [, block] = await partsOf(image);
    assert.equal((await bytesOf(block)).length, BLOCK_BYTES);
    assert.equal(receipt.collections["events"]?.count, 3_000);

    const bytes = await readFile(sample.path("log/a.jsonl.1"));
    bytes[1_000] = (bytes[1_000] ?? 0) ^ 1;
    await writeFile(sample.path("log/a.jsonl.1"), bytes);
    await assert.rejects(bytesOf(block), { code: "STORE_CHANGED" });
  });

  it("never seals bytes that are not those that it stores", async () => {
    await using sample = await sampleLog({ "a.jsonl": eventLines(1, 3_000) }, "a.jsonl");
    await using image = await sample.live.capture({ exclusive: false }, signal);
    const bytes = await readFile(sample.path("a.jsonl"));
    bytes[300_000] = (bytes[300_000] ?? 0) ^ 1;
    await writeFile(sample.path("a.jsonl"), bytes);
    await assert.rejects(image.seal({ portable: false }, signal), { code: "STORE_CHANGED" });
  });

  it("counts events of one id by their turn, and what is no event by its place", async () => {
    const lines = [eventLine(1), eventLine(2), eventLine(1), eventLine(1, "b"), "no event\n"];
    await using sample = await sampleLog({ "a.jsonl": lines.join("") }, "a.jsonl");
    await using image = await sample.live.capture({ exclusive: false }, signal);
    const { receipt } = await image.seal({ portable: false }, signal);
    assert.equal(receipt.collections["events"]?.count, 4);
    assert.equal(receipt.collections["(damaged)"]?.count, 1);
    const keys: unknown[] = [];
    const range = { after: null, upTo: null };
    for await (const { key } of image.rows("events", range, signal))
      keys.push(image.showKey("events", key));
    assert.deepEqual(keys, [
      { id: "event-1", occurrence: 0 },
      { id: "event-1", occurrence: 1 },
      { id: "event-1", occurrence: 2 },
      { id: "event-2", occurrence: 0 },
    ]);
    const found = await Array.fromAsync(image.check(signal));
    assert.deepEqual(
      found.map(({ code }) => code),
      ["event-log.lines.damaged"],
    );
  });

  it("is the same content under another compression of the same events, but for its files", async () => {
    const text = eventLines(1, 500);
    await using plain = await sampleLog({ "a.jsonl": text }, "a.jsonl*");
    await using packed = await sampleLog({ "a.jsonl.gz": gzipSync(text) }, "a.jsonl*");
    await using one = await plain.live.capture({ exclusive: false }, signal);
    await using other = await packed.live.capture({ exclusive: false }, signal);
    const [left, right] = [
      await one.seal({ portable: false }, signal),
      await other.seal({ portable: false }, signal),
    ];
    assert.deepEqual(left.receipt.collections["events"], right.receipt.collections["events"]);
    assert.notEqual(left.receipt.digest, right.receipt.digest);
  });
});

// Goal: into whatever pieces a log is cut for sorting, each line is taken once, as it is.
// Method: lines of drawn lengths, some longer than a block; each block a piece; compare with parsing.
it(`sorts each line once, wherever a piece ends (SEED=${SEED})`, async () => {
  const random = seededRandom(SEED);
  const lines = Array.from({ length: 900 }, (_, at) =>
    eventLine(at, "x".repeat(random.below(at % 100 === 0 ? 600_000 : 900))),
  );
  await using sample = await sampleLog({ "a.jsonl": lines.join("") }, "a.jsonl");
  const found = segmentFound(placeOf(sample.path("a.jsonl")), ".");
  assert.ok(found);
  const surveyed = surveySegment(placeOf(sample.path("a.jsonl")), found);
  assert.ok(surveyed);
  const taken: { id: unknown; row: string }[] = [];
  for (let from = 0; from < surveyed.blocks.length; from++) {
    const input: SortInput = {
      file: sample.path("a.jsonl"),
      path: ".",
      segment: 0,
      size: surveyed.size,
      blocks: surveyed.blocks,
      isPacked: false,
      from,
      to: from + 1,
      options: {
        envelope: { id: "id" } as SortInput["options"]["envelope"],
        checksum: { field: "checksum", algorithm: "crc32", over: "head" },
      },
      lineBytesMax: 16_000_000,
      scratch: sample.folder,
      target: sample.path(`piece-${from}`),
    };
    const { output } = await job(input);
    assert.equal(output.damaged.length, 0);
    taken.push(...entriesIn(output.events));
  }
  const expected = lines.map((line) => ({
    id: (JSON.parse(line) as { id: string }).id,
    row: sha256(Buffer.from(line.trimEnd())).toString("hex"),
  }));
  const byId = (a: { id: unknown }, b: { id: unknown }): number =>
    String(a.id).localeCompare(String(b.id));
  assert.deepEqual(taken.toSorted(byId), expected.toSorted(byId));
});

function entriesIn(run: Run): { id: unknown; row: string }[] {
  using reader = new RunReader(run, 1 << 16);
  const entries: { id: unknown; row: string }[] = [];
  for (let more = reader.start(); more; more = reader.next()) {
    const bytes = Buffer.from(reader.bytes.subarray(reader.at, reader.at + reader.length()));
    const keyEnd = 8 + bytes.readUInt32LE(0);
    const [id] = readKey(bytes.subarray(8, keyEnd - 10));
    const text = id?.type === "text" ? Buffer.from(id.bytes).toString() : null;
    entries.push({ id: text, row: bytes.subarray(bytes.length - 32).toString("hex") });
  }
  return entries;
}
