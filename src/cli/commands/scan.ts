import { defineCommand } from "../command.ts";
import { scanDetails, lookLines, lookStatus } from "../show/look.ts";

/** `salvor scan` */
export const scanCommand = defineCommand({
  name: "scan",
  purpose:
    "Looks for physical damage, page by page, with our own reader and with the engine's. Changes nothing.",
  args: { stores: { help: "Names of stores; all of them when none is given", many: true } },
  flags: {},
  changes: false,
  statuses: [0, 1],
  example: "salvor scan shop",
  async run({ args, signal, open }) {
    await using salvor = await open();
    const document = await salvor.scan({ stores: args.stores }, signal);
    return {
      document,
      status: lookStatus(document),
      lines: (style) => lookLines(document, style, scanDetails),
    };
  },
});
