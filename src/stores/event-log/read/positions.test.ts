import assert from "node:assert/strict";
import { appendFile, copyFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { gzipSync, zstdCompressSync } from "node:zlib";

import { temporaryFolder } from "../../../../test/support/folder.ts";
import { openEvents } from "../open-events.ts";
import { CHECKSUM, historyLines, readAll } from "../samples.ts";

const lines = historyLines(90);
const text = (from: number, to: number): string => `${lines.slice(from, to).join("\n")}\n`;
const ids = (from: number, to: number): readonly string[] =>
  lines.slice(from, to).map((line) => (JSON.parse(line) as { id: string }).id);

describe("a place in a log", () => {
  it("is found again after the files were rotated and compressed", async () => {
    await using folder = await temporaryFolder();
    const log = folder.join("app.log");
    const input = { path: folder.join("app.log*"), checksum: CHECKSUM };
    await writeFile(log, text(0, 30));
    const { batches } = await readAll(input, null, 20);
    const [first, second] = batches;
    assert.equal(first?.end.line, 20);
    await rename(log, folder.join("app.log.1"));
    await writeFile(log, text(30, 60));
    const after = await readAll(input, first.end);
    assert.deepEqual(
      after.events.map(({ id }) => id),
      ids(20, 60),
    );

    await writeFile(folder.join("app.log.2.gz"), gzipSync(text(0, 30)));
    await rm(folder.join("app.log.1"));
    await writeFile(folder.join("app.log.1"), zstdCompressSync(text(30, 60)));
    await writeFile(log, text(60, 90));
    const packed = await readAll(input, first.end);
    assert.deepEqual(packed.damaged, []);
    assert.deepEqual(
      packed.events.map(({ id }) => id),
      ids(20, 90),
    );
    const end = await readAll(input, second?.end ?? null);
    assert.deepEqual(
      end.events.map(({ id }) => id),
      ids(30, 90),
    );
  });

  it("is refused when what lay before it is another content, or is gone", async () => {
    await using folder = await temporaryFolder();
    const path = folder.join("app.log");
    await writeFile(path, text(0, 30));
    const { batches } = await readAll({ path });
    const end = batches.at(-1)?.end ?? null;
    await writeFile(path, text(0, 29) + text(30, 31));
    await assert.rejects(readAll({ path }, end), { code: "LOG_CHANGED" });
    await truncate(path, 100);
    await assert.rejects(readAll({ path }, end), { code: "LOG_CHANGED" });
    await writeFile(path, text(5, 30));
    await assert.rejects(readAll({ path }, end), { code: "LOG_CHANGED" });
    await writeFile(path, text(0, 31));
    assert.equal((await readAll({ path }, end)).events.length, 1);
  });

  it("lies before half a line, which is whole when its writer goes on", async () => {
    await using folder = await temporaryFolder();
    const path = folder.join("app.log");
    const input = { path, checksum: CHECKSUM };
    await writeFile(path, text(0, 3) + String(lines[3]).slice(0, 50));
    const { events, damaged, batches } = await readAll(input);
    assert.equal(events.length, 3);
    assert.deepEqual(
      damaged.map(({ fault, line }) => [fault, line]),
      [["torn", 4]],
    );
    const end = batches.at(-1)?.end ?? null;
    assert.equal(end?.line, 3);
    await appendFile(path, String(lines[3]).slice(50));
    const whole = await readAll(input, end);
    assert.deepEqual(
      whole.events.map(({ id }) => id),
      ids(3, 4),
      "its line feed may be missing",
    );
    await appendFile(path, `\n${text(4, 6)}`);
    const more = await readAll(input, whole.batches.at(-1)?.end ?? null);
    assert.deepEqual(
      more.events.map(({ id }) => id),
      ids(4, 6),
    );
    assert.deepEqual(more.damaged, []);
    assert.equal(more.batches.at(-1)?.end.line, 6);
  });

  it("is nowhere in a log without events, and is refused in one that is missing", async () => {
    await using folder = await temporaryFolder();
    const path = folder.join("app.log");
    for (const missing of [path, folder.join("app.log*"), folder.join("no/such/*.log")])
      await assert.rejects(readAll({ path: missing }), { code: "STORE_MISSING" });
    await writeFile(path, "");
    assert.deepEqual(await readAll({ path }), { batches: [], events: [], damaged: [] });
    await writeFile(path, text(0, 1).slice(0, 40));
    const half = await readAll({ path });
    assert.deepEqual(
      half.damaged.map(({ fault, line }) => [fault, line]),
      [["torn", 1]],
    );
    await writeFile(path, text(0, 3));
    const whole = await readAll({ path }, half.batches[0]?.end ?? null);
    assert.equal(whole.events.length, 3);
  });

  it("is found among segments that begin with the same line", async () => {
    await using folder = await temporaryFolder();
    const [head] = lines;
    for (const [name, from] of [
      ["a.log.1", 1],
      ["a.log", 10],
    ] as const)
      await writeFile(folder.join(name), `${head}\n${text(from, from + 5)}`);
    const path = folder.join("a.log*");
    const { events, batches } = await readAll({ path }, null, 4);
    assert.equal(events.length, 12);
    for (const [index, { end }] of batches.entries()) {
      const before = batches.slice(0, index + 1).flatMap((batch) => batch.events);
      assert.deepEqual((await readAll({ path }, end)).events, events.slice(before.length));
    }
  });

  it("leads back to its line and its event, after the segment was renamed too", async () => {
    await using folder = await temporaryFolder();
    const path = folder.join("app.log");
    await writeFile(path, text(0, 30));
    await using reader = openEvents({ path: `${path}*`, checksum: CHECKSUM });
    const { batches, events } = await readAll(reader, null, 7);
    for (const isRenamed of [false, true]) {
      if (isRenamed) await rename(path, `${path}.1`);
      if (isRenamed) await writeFile(path, text(40, 41));
      for (const batch of batches) {
        for (const [index, offset] of batch.offsets.entries()) {
          const { segment } = batch.end;
          assert.deepEqual(await reader.eventAt(segment, offset), batch.events[index]);
          const line = Buffer.from((await reader.lineAt(segment, offset)) ?? []).toString();
          assert.equal(line, lines[(batch.lines[index] ?? 0) - 1]);
        }
      }
    }
    assert.equal(await reader.eventAt("0".repeat(64), 0), null);
    assert.equal(events.length, 30);
  });

  it("tells nothing of what is appended after its bound", async () => {
    await using folder = await temporaryFolder();
    const path = folder.join("app.log");
    await writeFile(path, text(0, 10));
    await using reader = openEvents({ path });
    const { signal } = new AbortController();
    const bound = await reader.bound(signal);
    await appendFile(path, text(10, 20));
    await copyFile(path, folder.join("other"));
    const batches = await Array.fromAsync(
      reader.read({ after: null, bound, batchMax: 100 }, signal),
    );
    assert.equal(batches.flatMap(({ events }) => events).length, 10);
  });

  it("is told with its missing numbers, and a source counts its own", async () => {
    await using folder = await temporaryFolder();
    const path = folder.join("app.log");
    const event = (source: string, sequence: number): string =>
      `${JSON.stringify({ id: `${source}${sequence}`, type: "t", source, sequence })}\n`;
    const order = [
      ["a", 1],
      ["b", 7],
      ["a", 2],
      ["b", 8],
      ["a", 5],
      ["a", 5],
      ["b", 9],
    ] as const;
    await writeFile(path, order.map(([source, sequence]) => event(source, sequence)).join(""));
    const { damaged, events } = await readAll({ path });
    assert.equal(events.length, 7);
    assert.deepEqual(
      damaged.map(({ fault, line, sequence, reason }) => [fault, line, sequence, reason]),
      [["gap", 5, "3", "2 events are missing, 3 to 4"]],
    );
    const free = await readAll({ path, sequence: "free" });
    assert.deepEqual(free.damaged, []);
  });
});
