import assert from "node:assert/strict";
import { appendFile, readFile, rm, writeFile } from "node:fs/promises";
import { describe, it } from "node:test";

import { eventLine, eventLines } from "../../src/stores/event-log/keep/samples.ts";
import { memoryFolder } from "../support/folder.ts";
import { logSite, YES } from "./log-site.ts";

describe("a log of which something is lost", () => {
  it("names what no snapshot has, keeps it aside, and ends with another status", async () => {
    await using folder = await memoryFolder();
    const run = await logSite(folder, "./events.jsonl");
    const file = folder.join("events.jsonl");
    await writeFile(file, eventLines(1, 50));
    await run(0, "backup");
    const torn = eventLine(52).slice(0, 60);
    await appendFile(file, eventLine(51) + torn + eventLines(53, 55));
    const recovered = await run(6, "recover", ...YES);
    assert.equal((await readFile(file)).toString(), eventLines(1, 51) + eventLines(53, 55));
    const offset = eventLines(1, 51).length;
    assert.deepEqual(recovered.losses[0]?.location, {
      file: "events.jsonl",
      line: 52,
      byte: offset,
    });
    const aside = await readFile(folder.join(".salvor/quarantine/events/history.jsonl"), "utf8");
    const { bytes } = JSON.parse(aside.split("\n")[0] ?? "") as { readonly bytes: unknown };
    assert.ok(JSON.stringify(bytes).includes("event-52"), "half an event is kept");
  });

  it("comes back whole and exact, beside and in its place, when it is gone", async () => {
    await using folder = await memoryFolder();
    const run = await logSite(folder, "./events.jsonl");
    const file = folder.join("events.jsonl");
    const whole = eventLines(1, 300);
    await writeFile(file, whole, { mode: 0o640 });
    await run(0, "backup");
    await run(0, "restore", "history@latest", "--to", folder.join("copy.jsonl"));
    assert.equal(await readFile(folder.join("copy.jsonl"), "utf8"), whole);
    await rm(file);
    // What was committed after the snapshot went with it: that cannot be listed, and is said.
    const recovered = await run(6, "recover", ...YES);
    assert.equal(recovered.proof.level, "complete");
    assert.equal(await readFile(file, "utf8"), whole);
  });
});
