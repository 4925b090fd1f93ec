import { defineCommand } from "../command.ts";
import { runLines, runTable } from "../show/run.ts";

/** `salvor runs` */
export const runsCommand = defineCommand({
  name: "runs",
  purpose: "Shows the journal: what was run, by whom, why, and what came of it.",
  args: { run: { help: "Id of one run, shown with its steps", optional: true } },
  flags: { follow: { type: "boolean", help: "Wait until the run has ended" } },
  changes: false,
  statuses: [0],
  example: "salvor runs",
  async run({ args, flags, signal, open }) {
    await using salvor = await open();
    const document = await salvor.runs({ run: args.run, follow: flags.follow }, signal);
    return {
      document,
      status: 0,
      lines: (style) =>
        args.run === undefined
          ? runTable(document.runs, style)
          : document.runs.flatMap((run) => runLines(run, style)),
    };
  },
});
