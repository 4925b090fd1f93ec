import type { ChangeOptions, Environment, OpenOptions, Salvor } from "../app/types.ts";
import type { ExitStatus } from "./exit-status.ts";
import type { Style } from "./show/style.ts";

/** One word of the command line after the command's name. */
export interface Argument {
  readonly help: string;
  readonly optional?: true;
  /** Takes all the words that are left; none is fine. */
  readonly many?: true;
  readonly choices?: readonly string[];
}

/** One `--flag`. `value` is how its value is called in the help. */
export type Flag =
  | { readonly type: "boolean"; readonly help: string }
  | { readonly type: "string"; readonly value: string; readonly help: string }
  | { readonly type: "list"; readonly value: string; readonly help: string }
  | { readonly type: "count"; readonly value: string; readonly help: string }
  | { readonly type: "choice"; readonly choices: readonly string[]; readonly help: string };

type Arguments = Readonly<Record<string, Argument>>;
type Flags = Readonly<Record<string, Flag>>;

type ArgumentValue<A extends Argument> = A extends { readonly many: true }
  ? readonly string[]
  : A extends { readonly choices: readonly (infer Choice)[] }
    ? Choice | (A extends { readonly optional: true } ? undefined : never)
    : string | (A extends { readonly optional: true } ? undefined : never);

type FlagValue<F extends Flag> = F extends { readonly type: "boolean" }
  ? boolean
  : F extends { readonly type: "count" }
    ? number | undefined
    : F extends { readonly type: "list" }
      ? readonly string[] | undefined
      : F extends { readonly choices: readonly (infer Choice)[] }
        ? Choice | undefined
        : string | undefined;

/** What a command is given to do its one thing. */
export interface CommandContext<A extends Arguments = Arguments, F extends Flags = Flags> {
  readonly args: { readonly [Name in keyof A]: ArgumentValue<A[Name]> };
  readonly flags: { readonly [Name in keyof F]: FlagValue<F[Name]> };
  /** From `--config`. */
  readonly config: string | undefined;
  /** From `--dry-run`, `--yes`, `--reason`, and the terminal that can ask. */
  readonly change: ChangeOptions;
  readonly cwd: string;
  readonly env: Environment;
  readonly signal: AbortSignal;
  /** The library, with the configuration that the command line names. */
  readonly open: (need?: OpenOptions["need"]) => Promise<Salvor>;
}

/** What came of a command: its document, for people its lines, and the status. */
export interface Outcome {
  readonly document: object;
  readonly status: ExitStatus;
  readonly lines: (style: Style) => readonly string[];
}

/** A command: arguments, one use of the library, one outcome. */
export interface Command<A extends Arguments = Arguments, F extends Flags = Flags> {
  readonly name: string;
  /** What it is for, in a sentence or two. */
  readonly purpose: string;
  readonly args: A;
  readonly flags: F;
  /** Takes `--dry-run`, `--yes` and `--reason`. */
  readonly changes: boolean;
  /** The statuses that it can end with, beside 2, 5 and 70. */
  readonly statuses: readonly ExitStatus[];
  readonly example: string;
  run(context: CommandContext<A, F>): Promise<Outcome>;
}

/** Checks a command's types where it is written, and forgets them for those who list it. */
export function defineCommand<const A extends Arguments, const F extends Flags>(
  command: Command<A, F>,
): Command {
  return command;
}
