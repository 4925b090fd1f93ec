import assert from "node:assert/strict";
import { appendFile, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";

import { eventLines } from "../../src/stores/event-log/keep/samples.ts";
import { memoryFolder } from "../support/folder.ts";
import { logSite, YES } from "./log-site.ts";

describe("a log that grows", () => {
  it("stores what was appended, and nothing of what was there", async () => {
    await using folder = await memoryFolder();
    const run = await logSite(folder, "./events.jsonl");
    const file = folder.join("events.jsonl");
    await writeFile(file, eventLines(1, 40_000));
    const [first] = (await run(0, "backup")).snapshots;
    await appendFile(file, eventLines(40_001, 40_050));
    const [second] = (await run(0, "backup")).snapshots;
    assert.ok(first !== undefined && second !== undefined);
    assert.ok(first.bytes > 7_000_000 && second.bytes > first.bytes);
    assert.ok(
      second.storedBytes * 8 < first.storedBytes,
      `${second.storedBytes} of ${first.storedBytes}`,
    );
    await run(0, "verify", "history@latest", "--level", "complete");
  });
});

describe("a log of many files that are rotated and packed", () => {
  it("stores a rotated file once, and mends it under its new name, packed as it is", async () => {
    await using folder = await memoryFolder();
    await mkdir(folder.join("log"));
    const run = await logSite(folder, '"./log/app.jsonl*"');
    const log = (name: string): string => folder.join("log", name);
    await writeFile(log("app.jsonl.1.gz"), gzipSync(eventLines(1, 3_000)));
    await writeFile(log("app.jsonl"), eventLines(3_001, 6_000));
    await writeFile(log("notes.txt"), "not of the log\n");
    const [first] = (await run(0, "backup")).snapshots;
    await rename(log("app.jsonl.1.gz"), log("app.jsonl.2.gz"));
    await rename(log("app.jsonl"), log("app.jsonl.1"));
    await writeFile(log("app.jsonl"), eventLines(6_001, 6_010));
    const [second] = (await run(0, "backup")).snapshots;
    assert.equal(second?.receipt.collections["events"]?.count, 6_010);
    assert.ok((second?.storedBytes ?? Infinity) * 5 < (first?.storedBytes ?? 0));

    const packed = await readFile(log("app.jsonl.2.gz"));
    await writeFile(log("app.jsonl.2.gz"), packed.subarray(0, packed.length - 2_000));
    await appendFile(log("app.jsonl"), eventLines(6_011, 6_020));
    await run(1, "scan");
    await run(0, "recover", ...YES);
    assert.equal(
      gunzipSync(await readFile(log("app.jsonl.2.gz"))).toString(),
      eventLines(1, 3_000),
    );
    assert.equal(await readFile(log("app.jsonl"), "utf8"), eventLines(6_001, 6_020));

    await rm(log("app.jsonl.1"));
    await run(6, "restore", "history@latest", "--in-place", ...YES); // what was appended is declared
    assert.ok((await run(0, "compare", "history@latest", "history")).equal);
    assert.deepEqual((await readdir(folder.join("log"))).toSorted(), [
      "app.jsonl",
      "app.jsonl.1",
      "app.jsonl.2.gz",
      "notes.txt",
    ]);
  });
});
