import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";

import { temporaryFolder } from "../../../../test/support/folder.ts";
import { fieldsDigest } from "../digest/digest.ts";
import { openEvents } from "../open-events.ts";
import { readAll } from "../samples.ts";

const OVER = ["id", "type", "at", "payload"];
const INPUT = {
  table: "events",
  envelope: {
    id: "id",
    type: "type",
    time: "at",
    sequence: "seq",
    data: "payload",
    subject: "payload.who",
  },
  checksum: { field: "sum", algorithm: "sha256", over: OVER },
};

/** A table with a checksum in each row, over the members named. */
function fill(path: string, count: number): void {
  using database = new DatabaseSync(path);
  database.exec(
    "CREATE TABLE events(seq INTEGER PRIMARY KEY, id TEXT, type TEXT, at INTEGER, payload TEXT, sum TEXT)",
  );
  database.exec("BEGIN");
  const insert = database.prepare("INSERT INTO events VALUES (?, ?, 'noted', ?, ?, ?)");
  for (let seq = 1; seq <= count; seq++) {
    const row = {
      id: `e${seq}`,
      type: "noted",
      at: 1_700_000_000_000 + seq,
      payload: { who: "ä", n: seq },
    };
    insert.run(seq, row.id, row.at, JSON.stringify(row.payload), fieldsDigest("sha256", row, OVER));
  }
  database.exec("COMMIT");
}

describe("a table of events", () => {
  it("is read as a log, from the beginning and from a place", async () => {
    await using folder = await temporaryFolder();
    const path = folder.join("shop.sqlite");
    fill(path, 2500);
    await using reader = openEvents({ ...INPUT, path });
    const { events, damaged, batches } = await readAll(reader, null, 700);
    assert.deepEqual(damaged, []);
    assert.equal(events.length, 2500);
    assert.deepEqual(events[41], {
      id: "e42",
      type: "noted",
      source: null,
      subject: "ä",
      timeMs: 1_700_000_000_042,
      sequence: "42",
      data: { who: "ä", n: 42 },
    });
    assert.deepEqual(
      batches.map((batch) => batch.events.length),
      [700, 700, 700, 400],
    );
    const rest = await readAll(reader, batches[1]?.end ?? null);
    assert.deepEqual(rest.events, events.slice(1400));
    const { end } = batches[0] ?? { end: { segment: "", offset: 0 } };
    assert.equal((await reader.eventAt(end.segment, 42))?.id, "e42");
    const line = await reader.lineAt(end.segment, 42);
    const members = JSON.parse(Buffer.from(line ?? []).toString()) as Record<string, unknown>;
    assert.deepEqual([members["id"], members["payload"]], ["e42", { who: "ä", n: 42 }]);
  });

  it("shows rows that were altered or cut out, and rows that are no events", async () => {
    await using folder = await temporaryFolder();
    const path = folder.join("shop.sqlite");
    fill(path, 30);
    using database = new DatabaseSync(path);
    database.exec("UPDATE events SET at = at + 1 WHERE seq = 5");
    database.exec("UPDATE events SET payload = '{' WHERE seq = 9");
    database.exec("DELETE FROM events WHERE seq IN (20, 21)");
    const { damaged, events, batches } = await readAll({ ...INPUT, path });
    assert.deepEqual(
      damaged.map(({ fault, offset, reason }) => [fault, offset, reason]),
      [
        ["checksum", 5, "sum is not that of its members"],
        ["unreadable", 9, "payload holds no JSON"],
        ["gap", 22, "2 events are missing, 20 to 21"],
      ],
    );
    assert.equal(events.length, 26);
    database.exec("UPDATE events SET type = 'changed' WHERE seq = 8");
    await assert.rejects(readAll({ ...INPUT, path }, batches[1]?.end ?? null), {
      code: "LOG_CHANGED",
    });
  });

  it("is refused when it is not there, is none, or has no order", async () => {
    await using folder = await temporaryFolder();
    const path = folder.join("shop.sqlite");
    await assert.rejects(readAll({ ...INPUT, path }), { code: "STORE_MISSING" });
    await writeFile(path, "");
    await assert.rejects(readAll({ ...INPUT, path }), { code: "STORE_DAMAGED" });
    await writeFile(path, "no database at all, ".repeat(100));
    await assert.rejects(readAll({ ...INPUT, path }), { code: "STORE_DAMAGED" });
    const good = folder.join("good.sqlite");
    fill(good, 5);
    for (const wrong of [{ table: "other" }, { order: "id" }, { envelope: { id: "no" } }])
      await assert.rejects(readAll({ ...INPUT, ...wrong, path: good }), { code: "CONFIG_INVALID" });
  });
});
