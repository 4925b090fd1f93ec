import { quietLog, type Log } from "../core/log.ts";
import type { LogConfig } from "./config/types.ts";
import { openLogFile } from "./log-file.ts";
import { bothLogs, jsonLog } from "./log.ts";

/** A log that holds a file open. */
export interface SessionLog extends Log, Disposable {}

/** Diagnostics go where the caller wants them, and into the file that salvor.yaml names. */
export function openSessionLog(given: Log | undefined, config: LogConfig | null): SessionLog {
  const log = given ?? quietLog;
  if (config === null || config.file === null) return { ...log, [Symbol.dispose]: () => {} };
  const file = openLogFile(config.file, config);
  const both = bothLogs(
    log,
    jsonLog(config.level, (line) => file.append(line)),
  );
  return { ...both, [Symbol.dispose]: () => file[Symbol.dispose]() };
}
