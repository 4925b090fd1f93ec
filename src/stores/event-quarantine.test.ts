import assert from "node:assert/strict";
import { appendFile, readFile, stat } from "node:fs/promises";
import { describe, it } from "node:test";

import { temporaryFolder } from "../../test/support/folder.ts";
import { nodeDisk } from "../core/disk.ts";
import { EventQuarantine } from "./event-quarantine.ts";
import type { EventDamage } from "./events.ts";

function damage(line: number, bytes: string | Uint8Array): EventDamage {
  return {
    fault: "unreadable",
    reason: "the line is not JSON",
    file: "app.log",
    line,
    offset: line * 100,
    bytes: Buffer.from(bytes),
    id: null,
    sequence: null,
  };
}

async function linesIn(path: string): Promise<readonly Record<string, unknown>[]> {
  const text = await readFile(path, "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe("the quarantine of events", () => {
  it("keeps each damage once, with its place and its bytes, for its owner's eyes", async () => {
    await using folder = await temporaryFolder();
    const path = folder.join("quarantine", "events", "history.jsonl");
    const first = new EventQuarantine(nodeDisk, path);
    assert.equal(await first.keep([]), 0);
    assert.equal(await first.keep([damage(1, '{"id'), damage(2, Buffer.from([0xff, 0]))]), 2);
    assert.equal(await first.keep([damage(1, '{"id'), damage(3, "")]), 1);
    const again = new EventQuarantine(nodeDisk, path);
    assert.equal(await again.keep([damage(3, ""), damage(3, ""), damage(4, ""), damage(4, "")]), 1);
    const lines = await linesIn(path);
    assert.deepEqual(
      lines.map(({ line }) => line),
      [1, 2, 3, 4],
    );
    assert.deepEqual(lines[0], { ...damage(1, ""), bytes: '{"id' });
    assert.deepEqual(lines[1]?.["bytes"], { $bytes: "/wA=" });
    assert.equal((await stat(path)).mode & 0o777, 0o600);
  });

  it("ends a line that a power cut has left half", async () => {
    await using folder = await temporaryFolder();
    const path = folder.join("history.jsonl");
    await new EventQuarantine(nodeDisk, path).keep([damage(1, "a")]);
    await appendFile(path, '{"file":"app');
    assert.equal(
      await new EventQuarantine(nodeDisk, path).keep([damage(1, "a"), damage(2, "")]),
      1,
    );
    const text = await readFile(path, "utf8");
    assert.deepEqual(
      text.split("\n").map((line) => line.length > 20),
      [true, false, true, false],
    );
  });
});
