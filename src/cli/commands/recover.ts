import { defineCommand } from "../command.ts";
import { planLines, runLines, runsStatus } from "../show/run.ts";

/** `salvor recover` */
export const recoverCommand = defineCommand({
  name: "recover",
  purpose:
    "Mends what was found, with the least change: rebuilds indexes, puts rows or tables back by key, or restores the newest snapshot that verifies. It looks first, so that nothing is set back that is sound by now. The state before stays in quarantine.",
  args: { stores: { help: "Names of stores; all of them when none is given", many: true } },
  flags: {
    from: {
      type: "string",
      value: "snapshot",
      help: "Restore one store from this snapshot, whatever the findings say",
    },
  },
  changes: true,
  statuses: [0, 1, 3, 4, 6],
  example: "salvor recover shop --dry-run",
  async run({ args, flags, change, signal, open }) {
    await using salvor = await open();
    const run = await salvor.recover({ ...change, stores: args.stores, from: flags.from }, signal);
    return {
      document: run,
      status: runsStatus([run]),
      lines: (style) => (run.status === "planned" ? planLines(run, style) : runLines(run, style)),
    };
  },
});
