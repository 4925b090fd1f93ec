/** What a number of `Progress` counts. */
export type ProgressUnit = "bytes" | "rows" | "pages" | "steps";

/** How far one piece of work has come. */
export interface ProgressReport {
  /** What is being done, in the words of an operator: `backing up shop`. Names the piece of work. */
  readonly task: string;
  readonly done: number;
  /** Null when only the end tells. */
  readonly total: number | null;
  readonly unit: ProgressUnit;
  /** What else tells how it goes: `180,000 events/s`. */
  readonly remark?: string;
}

/** Where long work says how far it is. Calls are cheap: whoever shows them drops most. */
export interface Progress {
  update(report: ProgressReport): void;
  /** The piece of work is over, well or not. */
  finish(task: string): void;
  /** One sentence that stays on the screen. */
  say(sentence: string): void;
}

const nothing = (): void => {};

/** Shows nothing: for libraries, tests and `--quiet`. */
export const quietProgress: Progress = { update: nothing, finish: nothing, say: nothing };
