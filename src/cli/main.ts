import { readFile } from "node:fs/promises";

import { nearest } from "../core/nearest.ts";
import { SalvorError } from "../core/errors.ts";
import { commands, type ListedCommand } from "./command-list.ts";
import type { Outcome } from "./command.ts";
import { contextOf, styleFor } from "./context.ts";
import { failureOf, failureText } from "./failure.ts";
import { splitLine } from "./flags.ts";
import { helpOf, overview } from "./help.ts";
import { parseLine, type GlobalFlags } from "./parse.ts";
import { stopOnSignals } from "./signals.ts";

/**
 * The command line: one command, one outcome. Resolves to the exit status once everything that was
 * printed has left the process.
 *
 * @param words of the command line, without the program's own name.
 */
export async function main(words: readonly string[]): Promise<number> {
  const stop = stopOnSignals();
  const flags = earlyFlags(words);
  const fail = async (error: unknown): Promise<number> => {
    const failure = failureOf(error, stop.stoppedBy());
    await write(process.stderr, failureText(failure, flags.logFormat, flags));
    return failure.status;
  };
  survive(fail);
  try {
    return await dispatch(words, stop.signal);
  } catch (error) {
    return await fail(error);
  }
}

async function dispatch(words: readonly string[], signal: AbortSignal): Promise<number> {
  const { name, rest } = splitLine(words);
  const end = rest.indexOf("--"); // what follows is no flag
  const flags = end < 0 ? rest : rest.slice(0, end);
  const wantsHelp = flags.includes("--help") || flags.includes("-h");
  if (name === null && rest.includes("--version")) return say(`${await version()}\n`, 0);
  if (name === null) return showOverview(wantsHelp ? 0 : 2);
  if (name === "help") return rest[0] === undefined ? showOverview(0) : showHelp(rest[0]);
  if (wantsHelp) return showHelp(name);

  const command = await find(name).load();
  const line = parseLine(command, rest);
  const outcome = await command.run(contextOf(line, signal));
  await print(outcome, line.global);
  return outcome.status;
}

function find(name: string): ListedCommand {
  const found = commands.find((each) => each.name === name);
  if (found !== undefined) return found;
  const near = nearest(
    name,
    commands.map((each) => each.name),
  );
  const suggestion = near === null ? "" : `Did you mean "${near}"? `;
  throw new SalvorError("USAGE", `there is no command "${name}"`, {
    hint: `${suggestion}"salvor --help" lists all of them.`,
  });
}

async function showOverview(status: number): Promise<number> {
  return say(overview(commands), status);
}

async function showHelp(name: string): Promise<number> {
  const command = await find(name).load();
  return say(helpOf(command), 0);
}

async function print(outcome: Outcome, flags: GlobalFlags): Promise<void> {
  if (flags.json) {
    await write(process.stdout, `${JSON.stringify(outcome.document, null, 2)}\n`);
    return;
  }
  // Quiet is for when all is well: a cron job must not swallow what it was run for.
  if (flags.quiet && outcome.status === 0) return;
  const stream = flags.quiet ? process.stderr : process.stdout;
  const lines = outcome.lines(styleFor(stream, flags));
  await write(stream, lines.map((line) => `${line}\n`).join(""));
}

async function say(text: string, status: number): Promise<number> {
  await write(process.stdout, text);
  return status;
}

/** Resolves when the text has left; a reader who went away (`| head`) is no error. */
function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve) => {
    stream.write(text, () => resolve());
  });
}

/** What decides how an error is shown, before anything is parsed. */
function earlyFlags(words: readonly string[]): {
  readonly verbose: boolean;
  readonly logFormat: "text" | "json";
} {
  const at = words.indexOf("--log-format");
  const isJson = words.includes("--log-format=json") || (at >= 0 && words[at + 1] === "json");
  return { verbose: words.includes("--verbose"), logFormat: isJson ? "json" : "text" };
}

/** What nobody awaited and failed is a fault like any other: one sentence, and the status of it. */
function survive(fail: (error: unknown) => Promise<number>): void {
  const end = async (error: unknown): Promise<void> => process.exit(await fail(error));
  process.on("uncaughtException", (error) => void end(error));
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
}

async function version(): Promise<string> {
  const file = new URL("../../package.json", import.meta.url);
  const { version: found } = JSON.parse(await readFile(file, "utf8")) as { version: string };
  return found;
}
