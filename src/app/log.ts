import { createRequire } from "node:module";

import type * as Pino from "pino";

import type { Log, LogFields } from "../core/log.ts";

/** Severities, mildest first. */
export type LogLevel = "debug" | "info" | "warn" | "error";

const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** True when a record of `level` passes a log that begins at `threshold`. */
function passes(level: LogLevel, threshold: LogLevel): boolean {
  return LEVELS.indexOf(level) >= LEVELS.indexOf(threshold);
}

/** A log of one function. */
export function logTo(
  threshold: LogLevel,
  write: (level: LogLevel, message: string, fields: LogFields) => void,
): Log {
  const at =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}): void => {
      if (passes(level, threshold)) write(level, message, fields);
    };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** JSON, one line a record. `write` gets whole lines and must not throw. */
export function jsonLog(threshold: LogLevel, write: (line: string) => void): Log {
  let pino: Pino.Logger | null = null;
  return logTo(threshold, (level, message, fields) => {
    pino ??= openPino(write);
    pino[level](fields, message);
  });
}

/** Every record goes to both. */
export function bothLogs(a: Log, b: Log): Log {
  return logTo("debug", (level, message, fields) => {
    a[level](message, fields);
    b[level](message, fields);
  });
}

/** Most commands log nothing: the library is read when the first record comes, and not before. */
function openPino(write: (line: string) => void): Pino.Logger {
  const { pino } = createRequire(import.meta.url)("pino") as typeof Pino;
  return pino(
    {
      level: "debug",
      base: { pid: process.pid },
      formatters: { level: (label) => ({ level: label }) },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    { write },
  );
}
