import { parseArgs } from "node:util";

import { nearest } from "../core/nearest.ts";
import { SalvorError } from "../core/errors.ts";
import type { Argument, Command, Flag } from "./command.ts";
import { CHANGE_FLAGS, flagSyntax, GLOBAL_FLAGS } from "./flags.ts";

type FlagValue = string | number | boolean | readonly string[];

/** What the words of a command line come to. */
export interface ParsedLine {
  readonly args: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly flags: Readonly<Record<string, FlagValue | undefined>>;
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
  const taken = { ...command.flags, ...(command.changes ? CHANGE_FLAGS : {}), ...GLOBAL_FLAGS };
  const { flags, rest } = read(command, taken, words);
  const own = Object.entries(command.flags).map(([name, flag]) => [
    name,
    flags.get(name) ?? (flag.type === "boolean" ? false : undefined),
  ]);
  return {
    args: argumentsOf(command, rest),
    flags: Object.fromEntries(own) as ParsedLine["flags"],
    global: globalFlags(flags),
    change: {
      dryRun: flags.has("dry-run"),
      yes: flags.has("yes"),
      reason: textOf(flags.get("reason")),
    },
  };
}

type Given = ReadonlyMap<string, FlagValue>;

/** Flags with their values, of a list all and of others the last one, and the other words. */
function read(
  command: Command,
  taken: Readonly<Record<string, Flag>>,
  words: readonly string[],
): { readonly flags: Given; readonly rest: readonly string[] } {
  const options = Object.entries(taken).map(([name, { type }]) => {
    return [name, { type: type === "boolean" ? type : "string" }] as const;
  });
  const { tokens } = parseArgs({
    args: [...words],
    options: Object.fromEntries(options),
    strict: false,
    tokens: true,
  });
  const flags = new Map<string, FlagValue>();
  const rest: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") rest.push(token.value);
    if (token.kind !== "option") continue;
    const flag = Object.hasOwn(taken, token.name) ? taken[token.name] : undefined;
    if (flag === undefined || token.rawName !== `--${token.name}`) {
      throw unknownFlag(command, token.rawName, Object.keys(taken));
    }
    const value = valueOf(command, token, flag);
    const isList = flag.type === "list";
    flags.set(token.name, isList ? [...listOf(flags.get(token.name)), String(value)] : value);
  }
  return { flags, rest };
}

function listOf(value: FlagValue | undefined): readonly string[] {
  return typeof value === "object" ? value : [];
}

interface FlagToken {
  readonly name: string;
  readonly value?: string | undefined;
  /** Written as `--name=value`. */
  readonly inlineValue?: boolean | undefined;
}

function valueOf(command: Command, token: FlagToken, flag: Flag): string | number | true {
  const { name, value, inlineValue = false } = token;
  const refuse = (message: string) => usageError(command, `--${name} ${message}`, null);
  if (flag.type === "boolean") {
    if (value !== undefined) throw refuse("takes no value");
    return true;
  }
  if (value === undefined) throw refuse(`needs a value: ${flagSyntax(name, flag)}`);
  // `--to --yes` has forgotten a value, and must not go on with the flag as one.
  if (!inlineValue && value.startsWith("-")) {
    throw refuse(`needs a value; one that begins with a dash is written as --${name}=${value}`);
  }
  if (flag.type === "choice" && !flag.choices.includes(value)) {
    throw refuse(`is one of ${flag.choices.join(", ")}, not "${value}"`);
  }
  if (flag.type !== "count") return value;
  if (/^\d{1,6}$/.test(value)) return Number(value);
  throw refuse(`is a whole number from 0 to 999999, not "${value}"`);
}

function argumentsOf(command: Command, words: readonly string[]): ParsedLine["args"] {
  const left = [...words];
  const args = Object.entries(command.args).map(([name, argument]) => {
    if (argument.many === true) return [name, left.splice(0)] as const;
    return [name, argumentOf(command, name, argument, left.shift())] as const;
  });
  const [extra] = left;
  if (extra !== undefined) throw usageError(command, `"${extra}" is one word too many`, null);
  return Object.fromEntries(args);
}

function argumentOf(
  command: Command,
  name: string,
  { optional, choices }: Argument,
  word: string | undefined,
): string | undefined {
  if (word === undefined) {
    if (optional === true) return undefined;
    throw usageError(command, `the argument <${name}> is missing`, null);
  }
  if (choices === undefined || choices.includes(word)) return word;
  const near = nearest(word, choices);
  throw usageError(command, `<${name}> is one of ${choices.join(", ")}, not "${word}"`, near);
}

function globalFlags(flags: Given): GlobalFlags {
  return {
    config: textOf(flags.get("config")),
    json: flags.has("json"),
    quiet: flags.has("quiet"),
    verbose: flags.has("verbose"),
    logFormat: flags.get("log-format") === "json" ? "json" : "text",
    color: !flags.has("no-color"),
    help: flags.has("help"),
  };
}

function textOf(value: FlagValue | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function unknownFlag(command: Command, name: string, known: readonly string[]): SalvorError {
  const near = nearest(
    name,
    known.map((each) => `--${each}`),
  );
  return usageError(command, `unknown option ${name}`, near);
}

function usageError(command: Command, message: string, near: string | null): SalvorError {
  const help = `"salvor ${command.name} --help" shows what it takes.`;
  return new SalvorError("USAGE", message, {
    hint: near === null ? help : `Did you mean ${near}? ${help}`,
  });
}
