import { defineCommand } from "../command.ts";
import { runLines } from "../show/run.ts";

/** `salvor cancel` */
export const cancelCommand = defineCommand({
  name: "cancel",
  purpose: "Stops a run before its next step and undoes what it did.",
  args: { run: { help: "Id of the run" } },
  flags: {},
  changes: true,
  statuses: [0, 3],
  example: "salvor cancel run_0197a3c2b4d57e8f9a0b1c2d3e4f5061",
  async run({ args, change, signal, open }) {
    await using salvor = await open();
    const document = await salvor.cancel({ ...change, run: args.run }, signal);
    return {
      document,
      status: 0,
      lines: (style) => document.runs.flatMap((run) => runLines(run, style)),
    };
  },
});
