import type { Command, Flag } from "./command.ts";
import type { ListedCommand } from "./command-list.ts";
import { EXIT_STATUSES, type ExitStatus } from "./exit-status.ts";
import { argumentSyntax, CHANGE_FLAGS, flagSyntax, GLOBAL_FLAGS } from "./flags.ts";
import { table } from "./show/text.ts";

/** Columns of a help text. */
const WIDTH = 80;

/** What `salvor` alone prints. */
export function overview(commands: readonly ListedCommand[]): string {
  return [
    "Salvor: emergency recovery that proves that nothing was lost.",
    "",
    "Usage: salvor <command> [argument…]",
    "",
    "Commands:",
    ...table(commands.map(({ name, summary }) => [`  ${name}`, summary])),
    "",
    '"salvor <command> --help" explains one; "salvor --version" shows the version.',
    "",
  ].join("\n");
}

/** What `salvor <command> --help` prints: purpose, arguments, flags, statuses, an example. */
export function helpOf(command: Command): string {
  const words = Object.entries(command.args).map(([name, each]) => argumentSyntax(name, each));
  return [
    `Usage: ${["salvor", command.name, ...words, "[flags]"].join(" ")}`,
    "",
    ...wrap(command.purpose, WIDTH),
    ...section("Arguments", argumentRows(command)),
    ...section("Flags", flagRows(command.flags)),
    ...section("Flags of what changes live data", command.changes ? flagRows(CHANGE_FLAGS) : []),
    ...section("Flags of every command", flagRows(GLOBAL_FLAGS)),
    ...section("Exit statuses", statusRows(command.statuses)),
    "",
    `Example: ${command.example}`,
    "",
  ].join("\n");
}

type Row = readonly [term: string, help: string];

function section(title: string, rows: readonly Row[]): readonly string[] {
  if (rows.length === 0) return [];
  const termWidth = Math.max(...rows.map(([term]) => term.length));
  const lines = rows.flatMap(([term, help]) => {
    const [first = "", ...others] = wrap(help, WIDTH - termWidth - 4);
    const indent = " ".repeat(termWidth + 4);
    return [`  ${term.padEnd(termWidth)}  ${first}`, ...others.map((line) => indent + line)];
  });
  return ["", `${title}:`, ...lines];
}

function argumentRows({ args }: Command): readonly Row[] {
  return Object.entries(args).map(([name, { help, choices }]) => [
    name,
    choices === undefined ? help : `${help}: ${choices.join(", ")}`,
  ]);
}

function flagRows(flags: Readonly<Record<string, Flag>>): readonly Row[] {
  return Object.entries(flags).map(([name, flag]) => [flagSyntax(name, flag), flag.help]);
}

/** Every command can be used wrongly, find something busy, and meet a fault of ours. */
function statusRows(own: readonly ExitStatus[]): readonly Row[] {
  const shown = [...new Set<ExitStatus>([...own, 2, 5, 70])].toSorted((a, b) => a - b);
  return shown.map((status) => [String(status), EXIT_STATUSES[status]]);
}

function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
