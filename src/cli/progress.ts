import type { Progress, ProgressReport } from "../core/progress.ts";
import { count, duration, safe, size } from "./show/text.ts";

/** Where progress is shown, and how. */
export interface ProgressScreen {
  readonly write: (text: string) => void;
  /** One line that is drawn over; else plain lines now and then. */
  readonly terminal: boolean;
  readonly columns: () => number;
  /** Milliseconds that only grow. */
  readonly elapsed: () => number;
}

/** Fast enough for eyes, slow enough for terminals. */
const REDRAW_MS = 100;

/** Often enough to see life in a log, seldom enough to read it. */
const LINE_MS = 10_000;

interface Task {
  readonly startedMs: number;
  readonly doneAtStart: number;
}

/** Shows how far long work is, with rate and time left. */
export function openProgress(screen: ProgressScreen): Progress {
  const tasks = new Map<string, Task>();
  let lastMs = screen.terminal ? Number.NEGATIVE_INFINITY : screen.elapsed();
  const clear = screen.terminal ? "\r\x1b[K" : "";
  return {
    update: (report) => {
      const nowMs = screen.elapsed();
      const task = tasks.get(report.task) ?? { startedMs: nowMs, doneAtStart: report.done };
      tasks.set(report.task, task);
      if (nowMs - lastMs < (screen.terminal ? REDRAW_MS : LINE_MS)) return;
      lastMs = nowMs;
      const line = progressLine(report, nowMs - task.startedMs, report.done - task.doneAtStart);
      screen.write(screen.terminal ? clear + line.slice(0, screen.columns() - 1) : `${line}\n`);
    },
    finish: (task) => {
      if (tasks.delete(task) && screen.terminal) screen.write(clear);
    },
    say: (sentence) => screen.write(`${clear}${safe(sentence)}\n`),
  };
}

/** `backing up shop: 12.0 MB of 300 MB (4 %), 150 MB/s, 1.9 s left`. `gained` in `elapsedMs`. */
export function progressLine(report: ProgressReport, elapsedMs: number, gained: number): string {
  const { task, done, total, unit, remark } = report;
  const amount = (value: number): string =>
    unit === "bytes" ? size(value) : `${count(Math.round(value))} ${unit}`;
  const rate = elapsedMs > 0 ? gained / elapsedMs : 0;
  const parts = [
    total === null
      ? amount(done)
      : `${unit === "bytes" ? size(done) : count(done)} of ${amount(total)} (${Math.floor((100 * done) / Math.max(total, 1))} %)`,
  ];
  if (rate > 0 && unit !== "steps") parts.push(`${amount(rate * 1000)}/s`);
  if (remark !== undefined) parts.push(safe(remark));
  if (rate > 0 && total !== null && total > done) {
    parts.push(`${duration((total - done) / rate)} left`);
  }
  return `${safe(task)}: ${parts.join(", ")}`;
}
