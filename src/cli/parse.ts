import {
  Argument as Word,
  Command as Parser,
  CommanderError,
  InvalidArgumentError,
  Option,
} from "commander";

import { SalvorError } from "../core/errors.ts";
import type { Argument, Command, Flag } from "./command.ts";
import { argumentSyntax, CHANGE_FLAGS, flagSyntax, GLOBAL_FLAGS } from "./flags.ts";

/** What the words of a command line come to. */
export interface ParsedLine {
  readonly args: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly flags: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly global: GlobalFlags;
  readonly change: ChangeFlags;
}

/** Flags that every command takes. */
export interface GlobalFlags {
  readonly config: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly logFormat: "text" | "json";
  readonly color: boolean;
  readonly help: boolean;
}

/** Flags of the commands that change live data. */
export interface ChangeFlags {
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly reason: string | undefined;
}

/** Reads the words of one command. USAGE for what it does not take. */
export function parseLine(command: Command, words: readonly string[]): ParsedLine {
  const parser = parserOf(command);
  try {
    parser.parse([...words], { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) throw usageError(command, error);
    throw error;
  }
  const given: Given = parser.opts();
  const names = Object.keys(command.args);
  return {
    args: Object.fromEntries(names.map((name, index) => [name, parser.processedArgs[index]])),
    flags: Object.fromEntries(
      Object.entries(command.flags).map(([name, flag]) => [name, flagValue(given, name, flag)]),
    ),
    global: globalFlags(given),
    change: {
      dryRun: given["dryRun"] === true,
      yes: given["yes"] === true,
      reason: textOf(given["reason"]),
    },
  };
}

type Given = Readonly<Record<string, string | number | boolean | undefined>>;

function parserOf(command: Command): Parser {
  const parser = new Parser(`salvor ${command.name}`)
    .helpOption(false)
    .exitOverride()
    .configureOutput({ writeErr: () => {}, writeOut: () => {} });
  for (const [name, argument] of Object.entries(command.args)) {
    parser.addArgument(wordOf(name, argument));
  }
  const flags = { ...command.flags, ...(command.changes ? CHANGE_FLAGS : {}), ...GLOBAL_FLAGS };
  for (const [name, flag] of Object.entries(flags)) parser.addOption(optionOf(name, flag));
  return parser;
}

function wordOf(name: string, argument: Argument): Word {
  const word = new Word(argumentSyntax(name, argument));
  return argument.choices === undefined ? word : word.choices(argument.choices);
}

function optionOf(name: string, flag: Flag): Option {
  const option = new Option(flagSyntax(name, flag));
  if (flag.type === "choice") return option.choices(flag.choices);
  return flag.type === "count" ? option.argParser(parseCount) : option;
}

function parseCount(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a whole number from 0 to 999999.");
}

function flagValue(given: Given, name: string, flag: Flag): string | number | boolean | undefined {
  const value = given[camelCase(name)];
  return flag.type === "boolean" ? value === true : value;
}

function camelCase(name: string): string {
  return name.replaceAll(/-([a-z])/g, (_dash, letter: string) => letter.toUpperCase());
}

function globalFlags(given: Given): GlobalFlags {
  return {
    config: textOf(given["config"]),
    json: given["json"] === true,
    quiet: given["quiet"] === true,
    verbose: given["verbose"] === true,
    logFormat: given["logFormat"] === "json" ? "json" : "text",
    color: given["color"] !== false,
    help: given["help"] === true,
  };
}

function textOf(value: string | number | boolean | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function usageError(command: Command, error: CommanderError): SalvorError {
  const [message = ""] = error.message.replace(/^error: /, "").split("\n");
  const suggestion = /Did you mean (\S+)\?/.exec(error.message)?.[1];
  const help = `"salvor ${command.name} --help" shows what it takes.`;
  return new SalvorError("USAGE", message, {
    hint: suggestion === undefined ? help : `Did you mean ${suggestion}? ${help}`,
  });
}
