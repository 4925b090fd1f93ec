import assert from "node:assert/strict";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { describe, it } from "node:test";
import { gzipSync } from "node:zlib";

import { temporaryFolder } from "../../../test/support/folder.ts";
import { HISTORY } from "../../stores/event-log/samples.ts";
import { initConfig } from "./init.ts";

/** What init says of a folder with these files. */
async function proposed(files: Readonly<Record<string, string | Buffer>>) {
  await using folder = await temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(folder.join(name)), { recursive: true });
    await writeFile(folder.join(name), content);
  }
  return await initConfig({ cwd: folder.path, force: false, env: {} });
}

function lines(...events: readonly object[]): string {
  return events.map((each) => `${JSON.stringify(each)}\n`).join("");
}

describe("init", () => {
  it("proposes an event log with the checksum that its lines prove", async () => {
    await using folder = await temporaryFolder();
    await mkdir(folder.join("events"));
    await copyFile(HISTORY, folder.join("events/history.jsonl"));
    const { stores, text } = await initConfig({ cwd: folder.path, force: false, env: {} });
    assert.deepEqual(stores, ["history"]);
    assert.match(
      text,
      /history:\n {4}driver: event-log\n {4}path: \.\/events\/history\.jsonl\n {4}checksum: \{ field: checksum, algorithm: crc32, over: head \}\n/,
    );
    const again = await initConfig({ cwd: folder.path, force: false, env: {} });
    assert.deepEqual(again.stores, [], "it is named already");
  });

  it("proposes rotated files as one log, and says where its events have their fields", async () => {
    const event = (number: number): object => ({
      uuid: `u${number}`,
      event: "sold",
      ts: 1_700_000_000 + number,
    });
    const { stores, text } = await proposed({
      "log/app.log.2.gz": gzipSync(lines(event(1), event(2))),
      "log/app.log.1": lines(event(3)),
      "log/app.log": lines(event(4)),
      "log/2026/audit-2026-01-01.jsonl": lines(event(1)),
      "log/2026/audit-2026-01-02.jsonl": lines(event(2)),
    });
    assert.deepEqual(stores.toSorted(), ["app", "audit"]);
    assert.match(
      text,
      /path: "\.\/log\/app\.log\*"\n {4}envelope: \{ id: uuid, type: event, time: ts \}\n/,
    );
    assert.match(text, /path: "\.\/log\/2026\/audit\*\.jsonl\*"/);
  });

  it("proposes no log of other lines", async () => {
    const { stores } = await proposed({
      "pino.log": lines({ level: 30, time: 1, msg: "x" }),
      "plain.log": "started\nstopped\n",
      "rows.jsonl": lines({ id: 1, name: "a" }, { id: 2, name: "b" }),
      "same.jsonl": lines({ id: 1, type: "a", time: 1 }, { id: 1, type: "a", time: 1 }),
      "empty.jsonl": "",
    });
    assert.deepEqual(stores, []);
  });

  it("keeps what it finds of a log out of the documents beside it", async () => {
    const documents = Array.from(
      { length: 10 },
      (_, at) => [`data/${at}.json`, `{"id":${at}}`] as const,
    );
    const { stores, text } = await proposed({
      ...Object.fromEntries(documents),
      "data/events.jsonl": await readFile(HISTORY),
    });
    assert.deepEqual(stores.toSorted(), ["data", "events"]);
    assert.match(text, /driver: event-log\n {4}path: \.\/data\/events\.jsonl/);
  });
});
