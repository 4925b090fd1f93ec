import type { Argument, Flag } from "./command.ts";

/** The flags of every command, as the help shows them. */
export const GLOBAL_FLAGS = {
  config: { type: "string", value: "file", help: "Use this salvor.yaml" },
  json: { type: "boolean", help: "Print one JSON document on standard output" },
  quiet: { type: "boolean", help: "Print nothing but errors and warnings" },
  verbose: { type: "boolean", help: "Say more on standard error, also where an error comes from" },
  "log-format": {
    type: "choice",
    choices: ["text", "json"],
    help: "How standard error is written (default: text)",
  },
  "no-color": { type: "boolean", help: "Use no colours" },
  help: { type: "boolean", help: "Show this" },
} as const satisfies Record<string, Flag>;

/** The flags of commands that change live data, as the help shows them. */
export const CHANGE_FLAGS = {
  "dry-run": { type: "boolean", help: "Show what would be done, and stop" },
  yes: { type: "boolean", help: "Go on without asking" },
  reason: { type: "string", value: "text", help: "Why, for the journal and the audit trail" },
} as const satisfies Record<string, Flag>;

/** Flags before the command's name that take the next word. */
const GLOBAL_WITH_VALUE = new Set(["--config", "--log-format"]);

/** The command's name and the other words, wherever the global flags stand. */
export function splitLine(words: readonly string[]): {
  readonly name: string | null;
  readonly rest: readonly string[];
} {
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (GLOBAL_WITH_VALUE.has(word)) at++;
    else if (!word.startsWith("-")) {
      return { name: word, rest: [...words.slice(0, at), ...words.slice(at + 1)] };
    }
  }
  return { name: null, rest: words };
}

/** `<snapshot>`, `[store]`, `[stores...]`. */
export function argumentSyntax(name: string, { optional, many }: Argument): string {
  if (many === true) return `[${name}...]`;
  return optional === true ? `[${name}]` : `<${name}>`;
}

/** `--to <address>`. */
export function flagSyntax(name: string, flag: Flag): string {
  switch (flag.type) {
    case "boolean":
      return `--${name}`;
    case "choice":
      return `--${name} <${flag.choices.join("|")}>`;
    case "list":
      return `--${name} <${flag.value}>...`;
    case "string":
    case "count":
      return `--${name} <${flag.value}>`;
  }
}
