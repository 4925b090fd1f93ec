import { jsonLog, logTo, type LogLevel } from "../app/log.ts";
import type { Log } from "../core/log.ts";
import type { GlobalFlags } from "./parse.ts";
import { safe } from "./show/text.ts";

/** Diagnostics on standard error: warnings, with `--verbose` everything. */
export function stderrLog(flags: GlobalFlags, write: (text: string) => void): Log {
  const threshold: LogLevel = flags.verbose ? "debug" : "warn";
  if (flags.logFormat === "json") return jsonLog(threshold, write);
  return logTo(threshold, (level, message, fields) => {
    const words = Object.entries(fields).map(([name, value]) => ` ${name}=${String(value)}`);
    write(`${level}: ${safe(message + words.join(""))}\n`);
  });
}
