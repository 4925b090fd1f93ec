import { defineCommand } from "../command.ts";
import { auditDetails, lookLines, lookStatus } from "../show/look.ts";

/** `salvor audit` */
export const auditCommand = defineCommand({
  name: "audit",
  purpose:
    "Looks whether everything is there and has the shape that it should have: files, permissions, header, journal, tables and counts, held against the last receipt. Changes nothing.",
  args: { stores: { help: "Names of stores; all of them when none is given", many: true } },
  flags: {},
  changes: false,
  statuses: [0, 1],
  example: "salvor audit shop",
  async run({ args, signal, open }) {
    await using salvor = await open();
    const document = await salvor.audit({ stores: args.stores }, signal);
    return {
      document,
      status: lookStatus(document),
      lines: (style) => lookLines(document, style, auditDetails),
    };
  },
});
