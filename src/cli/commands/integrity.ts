import { defineCommand } from "../command.ts";
import { integrityDetails, lookLines, lookStatus } from "../show/look.ts";

/** `salvor integrity` */
export const integrityCommand = defineCommand({
  name: "integrity",
  purpose:
    "Looks whether the data keep their rules: references, uniqueness, constraints, types, the owner's rules and expectations, counts against the last receipt. Changes nothing.",
  args: { stores: { help: "Names of stores; all of them when none is given", many: true } },
  flags: {},
  changes: false,
  statuses: [0, 1],
  example: "salvor integrity shop",
  async run({ args, signal, open }) {
    await using salvor = await open();
    const document = await salvor.integrity({ stores: args.stores }, signal);
    return {
      document,
      status: lookStatus(document),
      lines: (style) => lookLines(document, style, integrityDetails),
    };
  },
});
