import assert from "node:assert/strict";
import { appendFile, cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";

import { eventLine, eventLines } from "../../src/stores/event-log/keep/samples.ts";
import { memoryFolder } from "../support/folder.ts";
import { PROJECT } from "../support/salvor.ts";
import { logSite, YES, type Told } from "./log-site.ts";

function places({ findings }: Told, code: string): readonly (readonly (number | undefined)[])[] {
  return findings
    .filter((each) => each.code === code)
    .map(({ location: { line, byte } }) => [line, byte]);
}

describe("a log of events in one file", () => {
  it("is backed up, appended to, damaged, looked at, and mended with nothing lost", async () => {
    await using folder = await memoryFolder();
    const run = await logSite(folder, "./events.jsonl");
    const file = folder.join("events.jsonl");
    await cp(join(PROJECT, "test/data/events/history.jsonl"), file);
    const first = await run(0, "backup", "--verify");
    assert.equal(first.snapshots[0]?.receipt.collections["events"]?.count, 2_229);

    const before = await readFile(file);
    const lines = before.toString().split("\n");
    const newer = ["newer-1", "newer-2"].map((id) => eventLine(2_230 + Number(id.at(-1)) - 1));
    await rm(file); // the sample may be read-only
    const bytes = Buffer.from(before);
    const flip = lines.slice(0, 99).join("\n").length + 50;
    bytes[flip] = (bytes[flip] ?? 0) ^ 4;
    const cut = bytes.indexOf(`"sequence":"000000000500"`);
    const gap = bytes.lastIndexOf(10, cut) + 1;
    const behind = bytes.indexOf(10, bytes.indexOf(`"sequence":"000000000504"`)) + 1;
    await writeFile(file, Buffer.concat([bytes.subarray(0, gap), bytes.subarray(behind)]));
    await appendFile(file, newer.join(""));

    const scan = await run(1, "scan");
    assert.deepEqual(places(scan, "event-log.checksum"), [
      [100, lines.slice(0, 99).join("\n").length + 1],
    ]);
    const integrity = await run(1, "integrity");
    assert.equal(places(integrity, "event-log.gap").length, 1);

    const damaged = await readFile(file);
    const plan = await run(0, "recover", "--dry-run");
    assert.equal(plan.amended[0]?.events?.restored, 6);
    assert.deepEqual(await readFile(file), damaged, "a dry run changes nothing");

    const recovered = await run(0, "recover", ...YES);
    assert.equal((await readFile(file)).toString(), before.toString() + newer.join(""));
    assert.ok(recovered.proof.equal);
    assert.equal(recovered.proof.basis, "merge");
    assert.deepEqual(recovered.losses, []);
    assert.equal(recovered.proof.origins["restored"], 6);
    assert.equal(recovered.proof.origins["newer"], 2);
    const kept = await readFile(join(recovered.quarantine ?? "", "events.jsonl"));
    assert.deepEqual(kept, damaged);
    await run(0, "integrity");
  });

  it("is mended from an older snapshot where the newest was taken of a damaged log", async () => {
    await using folder = await memoryFolder();
    const run = await logSite(folder, "./events.jsonl");
    const file = folder.join("events.jsonl");
    await writeFile(file, eventLines(1, 50));
    await run(0, "backup");
    const bytes = Buffer.from(eventLines(1, 60));
    bytes.fill(0, bytes.indexOf("event-20"), bytes.indexOf("event-22"));
    await writeFile(file, bytes);
    await run(0, "backup");
    await appendFile(file, eventLines(61, 70));
    const recovered = await run(0, "full-recovery", ...YES);
    assert.equal((await readFile(file)).toString(), eventLines(1, 70));
    assert.ok(recovered.proof.equal);
  });
});
