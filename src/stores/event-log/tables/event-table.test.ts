import assert from "node:assert/strict";
import { appendFile } from "node:fs/promises";
import { it } from "node:test";

import { eventLine, eventLines, sampleLog } from "../keep/samples.ts";

const { signal } = new AbortController();
const LIMITS = { timeoutMs: 60_000, rowsMax: 100, bytesMax: 100_000 };

it("asks rules in SQL of the events of an image, and not of later ones", async () => {
  const hurt = eventLines(1, 6).replace("a of 4", "b of 4");
  await using sample = await sampleLog(
    { "log/app.jsonl.1": hurt, "log/app.jsonl": eventLines(7, 9) },
    "log/app.jsonl*",
  );
  await using image = await sample.live.capture({ exclusive: false }, signal);
  await appendFile(sample.path("log/app.jsonl"), eventLine(10));
  const text = `SELECT id, sequence, time, data ->> 'note' AS note, _file, _line, _offset
    FROM events WHERE sequence IN (3, 4, 5, 7, 10) ORDER BY sequence`;
  const { rows } = await image.query({ text, ...LIMITS }, signal);
  const time = "2026-01-01T00:00:00.000Z";
  const offset = (number: number): number => eventLines(1, number - 1).length;
  const old = "app.jsonl.1";
  assert.deepEqual(rows, [
    { id: "event-3", sequence: 3, time, note: "a of 3", _file: old, _line: 3, _offset: offset(3) },
    { id: "event-5", sequence: 5, time, note: "a of 5", _file: old, _line: 5, _offset: offset(5) },
    { id: "event-7", sequence: 7, time, note: "a of 7", _file: "app.jsonl", _line: 1, _offset: 0 },
  ]);
});
