import { defineCommand } from "../command.ts";
import { runLines, runsStatus } from "../show/run.ts";

/** `salvor resume` */
export const resumeCommand = defineCommand({
  name: "resume",
  purpose: "Finishes or undoes runs that were interrupted, from where their journal ends.",
  args: { run: { help: "Id of a run; all interrupted ones when none is given", optional: true } },
  flags: {},
  changes: true,
  statuses: [0, 1, 3, 6],
  example: "salvor resume",
  async run({ args, change, signal, open }) {
    await using salvor = await open();
    const document = await salvor.resume({ ...change, run: args.run }, signal);
    return {
      document,
      status: runsStatus(document.runs),
      lines: (style) =>
        document.runs.length === 0
          ? ["nothing was interrupted"]
          : document.runs.flatMap((run) => runLines(run, style)),
    };
  },
});
