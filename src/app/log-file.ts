import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";

/** How a log file grows. */
export interface LogFileLimits {
  /** Past this many bytes it is put aside as `file.1`, which was put aside as `file.2` before. */
  readonly rotateBytes: number;
  /** So many files that were put aside stay. */
  readonly keep: number;
}

/** A file that only grows at its end, and never for ever. */
export interface LogFile extends Disposable {
  /** Appends one line. A log that cannot be written must not stop a recovery: it never throws. */
  append(line: string): void;
}

/**
 * Opens a log file, mode 0600, and its folder, 0700. Any number of processes may append to it: each
 * line is one write at the end, and whoever finds it put aside by another opens the new one.
 */
export function openLogFile(path: string, limits: LogFileLimits): LogFile {
  let file: number | null = null;
  return {
    append: (line) => {
      try {
        file = current(path, file);
        if (fstatSync(file).size >= limits.rotateBytes) {
          putAside(path, limits.keep);
          file = current(path, file);
        }
        writeSync(file, line);
      } catch {
        // Full disk, read-only folder: standard error still has the record.
      }
    },
    [Symbol.dispose]: () => {
      if (file !== null) closeSync(file);
      file = null;
    },
  };
}

/** The open file, unless the name means another one by now. */
function current(path: string, open: number | null): number {
  if (open !== null) {
    if (isSameFile(path, open)) return open;
    closeSync(open);
  }
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  return openSync(path, "a", 0o600);
}

function isSameFile(path: string, open: number): boolean {
  const named = statSync(path, { throwIfNoEntry: false });
  const held = fstatSync(open);
  return named !== undefined && named.ino === held.ino && named.dev === held.dev;
}

function putAside(path: string, keep: number): void {
  rmSync(`${path}.${keep}`, { force: true });
  for (let number = keep - 1; number >= 0; number--) {
    const from = number === 0 ? path : `${path}.${number}`;
    if (statSync(from, { throwIfNoEntry: false }) !== undefined) {
      renameSync(from, `${path}.${number + 1}`);
    }
  }
}
