import { isSound } from "../../checks/severity.ts";
import { defineCommand } from "../command.ts";
import { verdictLines } from "../show/projections.ts";

/** `salvor verify-state` */
export const verifyStateCommand = defineCommand({
  name: "verify-state",
  purpose:
    "Computes the state of projections anew from their event logs, in scratch space, and compares it with the live state row by row. Changes nothing.",
  args: {
    projections: { help: "Names of projections; all of them when none is given", many: true },
  },
  flags: {},
  changes: false,
  statuses: [0, 1, 4],
  example: "salvor verify-state registry",
  async run({ args, signal, open }) {
    await using salvor = await open();
    const document = await salvor.verifyState({ projections: args.projections }, signal);
    const results = "results" in document ? document.results : [document];
    return {
      document,
      status: document.consistent && results.every(({ findings }) => isSound(findings)) ? 0 : 1,
      lines: (style) => results.flatMap((each) => verdictLines(each, style)),
    };
  },
});
