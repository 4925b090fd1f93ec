import { jsonLog } from "../app/log.ts";
import type { ChangeOptions, OpenOptions, Salvor } from "../app/types.ts";
import { quietProgress, type Progress } from "../core/progress.ts";
import type { CommandContext } from "./command.ts";
import { stderrLog } from "./log.ts";
import type { GlobalFlags, ParsedLine } from "./parse.ts";
import { openProgress } from "./progress.ts";
import { colourful, plain, type Style } from "./show/style.ts";

/** What a command is given, from its words and this process. */
export function contextOf(line: ParsedLine, signal: AbortSignal): CommandContext {
  const { global } = line;
  const cwd = process.cwd();
  return {
    args: line.args as CommandContext["args"],
    flags: line.flags,
    config: global.config,
    change: changeOptions(line, signal),
    cwd,
    env: process.env,
    signal,
    open: (need) => openLibrary(global, { cwd, need }),
  };
}

/** Colours only where somebody looks, and has nothing against them. */
export function styleFor(stream: { readonly isTTY?: boolean }, flags: GlobalFlags): Style {
  const isWanted = flags.color && (process.env["NO_COLOR"] ?? "") === "";
  return stream.isTTY === true && isWanted ? colourful : plain;
}

async function openLibrary(
  flags: GlobalFlags,
  { cwd, need }: { readonly cwd: string; readonly need: OpenOptions["need"] },
): Promise<Salvor> {
  const { openSalvor } = await import("../app/open-salvor.ts");
  return openSalvor({
    config: flags.config,
    need,
    cwd,
    env: process.env,
    log: stderrLog(flags, writeError),
    progress: progressFor(flags),
  });
}

function changeOptions({ change, global }: ParsedLine, signal: AbortSignal): ChangeOptions {
  const canAsk = process.stdin.isTTY && process.stderr.isTTY;
  return {
    ...change,
    ...(canAsk && {
      confirm: async (plan) => {
        const { confirmOnTerminal } = await import("./confirm.ts");
        return confirmOnTerminal(plan, styleFor(process.stderr, global), signal);
      },
    }),
  };
}

function progressFor(flags: GlobalFlags): Progress {
  if (flags.quiet) return quietProgress;
  const isJson = flags.logFormat === "json";
  const log = jsonLog("info", writeError);
  return openProgress({
    write: isJson ? (text) => log.info(text.trimEnd()) : writeError,
    terminal: process.stderr.isTTY && !isJson,
    columns: () => process.stderr.columns,
    elapsed: () => performance.now(),
  });
}

function writeError(text: string): void {
  process.stderr.write(text);
}
