import assert from "node:assert/strict";
import { it } from "node:test";

import { inWritingOrder } from "./order.ts";

const ORDERS: Readonly<Record<string, readonly string[]>> = {
  "numbers that logrotate counts up": [
    "app.log.10.gz",
    "app.log.3.gz",
    "app.log.2",
    "app.log.1",
    "app.log",
  ],
  "dates behind the name": ["app.log-20251231.zst", "app.log-20260101", "app.log"],
  "dates within the name": ["app-2025-12-31.log.gz", "app-2026-01-01.log", "app.log"],
  "dates after an underscore": ["app_2025-12-31.log", "app_2026-01-01.log", "app.log"],
  "numbers within the name": ["events-1.jsonl", "events-2.jsonl", "events-10.jsonl"],
  "numbers with zeros": ["wal.000009", "wal.000010", "wal.000011"],
  "folders by date": ["2025/12/a.jsonl", "2026/1/a.jsonl", "2026/11/a.jsonl"],
  "several logs": ["a.log.1", "a.log", "b.log.1", "b.log"],
};

for (const [name, order] of Object.entries(ORDERS)) {
  it(`puts the segments of a log in order by ${name}`, () => {
    assert.deepEqual(inWritingOrder(order.toReversed()), order);
    assert.deepEqual(inWritingOrder(order.toSorted()), order);
  });
}
