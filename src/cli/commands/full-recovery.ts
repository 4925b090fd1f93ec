import { defineCommand } from "../command.ts";
import { fullRecoveryLines, fullRecoveryStatus } from "../show/full-recovery.ts";

/** `salvor full-recovery` */
export const fullRecoveryCommand = defineCommand({
  name: "full-recovery",
  purpose:
    "The five steps of a recovery: audit, integrity, scan, recover, verify. Ends with 0 when everything is sound afterwards and nothing was lost.",
  args: { stores: { help: "Names of stores; all of them when none is given", many: true } },
  flags: {},
  changes: true,
  statuses: [0, 1, 3, 4, 6],
  example: "salvor full-recovery --yes",
  async run({ args, change, signal, open }) {
    await using salvor = await open();
    const document = await salvor.fullRecovery({ ...change, stores: args.stores }, signal);
    return {
      document,
      status: fullRecoveryStatus(document),
      lines: (style) => fullRecoveryLines(document, style),
    };
  },
});
