import { SalvorError } from "../../core/errors.ts";
import type { CommandContext } from "../command.ts";
import { defineCommand, type Outcome } from "../command.ts";
import { findingLines } from "../show/findings.ts";

const STATUSES = ["open", "acknowledged", "resolved", "all"] as const;

/** `salvor findings` */
export const findingsCommand = defineCommand({
  name: "findings",
  purpose:
    "Lists what audit, integrity, scan and backup have found. ack takes note of a finding: it no longer counts against its store. resolve ends it: the next look that sees it opens it again.",
  args: { words: { help: "Names of stores; or: ack <id>, resolve <id>", many: true } },
  flags: {
    status: {
      type: "choice",
      choices: STATUSES,
      help: "List these only (default: those that are not resolved)",
    },
    by: { type: "string", value: "name", help: "For ack and resolve: who decides" },
    notes: { type: "string", value: "text", help: "For ack and resolve: why" },
  },
  changes: false,
  statuses: [0, 1, 3],
  example: 'salvor findings ack finding_0f3a9c21 --by ops --notes "meant so"',
  async run({ args, flags, signal, open }) {
    const [verb, id, ...rest] = args.words;
    if (verb !== "ack" && verb !== "resolve") {
      if (flags.by !== undefined || flags.notes !== undefined)
        throw unclear("--by and --notes need ack or resolve");
      return list(args.words, flags.status, { signal, open });
    }
    if (id === undefined || rest.length > 0) throw unclear(`${verb} takes the id of one finding`);
    if (flags.by === undefined) throw unclear(`${verb} needs --by, the name of whoever decides`);
    await using salvor = await open();
    const decision = { id, by: flags.by, notes: flags.notes };
    const document =
      verb === "ack"
        ? await salvor.acknowledgeFinding(decision, signal)
        : await salvor.resolveFinding(decision, signal);
    return { document, status: 0, lines: (style) => findingLines([document.finding], style) };
  },
});

type Status = (typeof STATUSES)[number];

/** As `status`, a list ends with 0 whatever stands in it. */
async function list(
  stores: readonly string[],
  status: Status | undefined,
  { signal, open }: Pick<CommandContext, "open" | "signal">,
): Promise<Outcome> {
  await using salvor = await open();
  const document = await salvor.findings({ stores, status }, signal);
  const { findings } = document;
  return {
    document,
    status: 0,
    lines: (style) => (findings.length === 0 ? ["no findings"] : findingLines(findings, style)),
  };
}

function unclear(message: string): SalvorError {
  return new SalvorError("USAGE", message, {
    hint: "For example: salvor findings ack finding_0f3a9c21 --by ops",
  });
}
