import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { openProgress, progressLine } from "./progress.ts";

const report = { task: "backing up shop", done: 30e6, total: 300e6, unit: "bytes" } as const;

function screen(terminal: boolean) {
  const seen: string[] = [];
  let nowMs = 0;
  const progress = openProgress({
    write: (text) => seen.push(text),
    terminal,
    columns: () => 60,
    elapsed: () => nowMs,
  });
  return { seen, progress, pass: (ms: number) => (nowMs += ms) };
}

describe("progress", () => {
  it("tells amount, rate and the time that is left", () => {
    assert.equal(
      progressLine(report, 200, 30e6),
      "backing up shop: 30.0 MB of 300 MB (10 %), 150 MB/s, 1.8 s left",
    );
    assert.equal(progressLine({ ...report, total: null }, 0, 0), "backing up shop: 30.0 MB");
    assert.equal(
      progressLine({ task: "restore", done: 2, total: 5, unit: "steps" }, 1000, 2),
      "restore: 2 of 5 steps (40 %), 1.5 s left",
    );
  });

  it("draws one line over and over on a terminal, never wider than it, and clears it", () => {
    const { seen, progress, pass } = screen(true);
    progress.update(report);
    progress.update({ ...report, done: 31e6 });
    pass(100);
    progress.update({ ...report, done: 45e6 });
    progress.finish(report.task);
    assert.deepEqual(seen, [
      "\r\x1b[Kbacking up shop: 30.0 MB of 300 MB (10 %)",
      "\r\x1b[Kbacking up shop: 45.0 MB of 300 MB (15 %), 150 MB/s, 1.7 s ",
      "\r\x1b[K",
    ]);
  });

  it("is a plain line now and then elsewhere", () => {
    const { seen, progress, pass } = screen(false);
    progress.update(report);
    pass(9_999);
    progress.update(report);
    pass(1);
    progress.update({ ...report, done: 300e6 });
    progress.finish(report.task);
    progress.say("done \x1b");
    assert.deepEqual(seen, [
      "backing up shop: 300 MB of 300 MB (100 %), 27.0 MB/s\n",
      "done \\x1b\n",
    ]);
  });
});
