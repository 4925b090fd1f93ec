import { defineCommand } from "../command.ts";
import { statusLines } from "../show/status.ts";

/** `salvor status` */
export const statusCommand = defineCommand({
  name: "status",
  purpose: "Shows the state of the whole: mode, stores, age and level of the newest backups.",
  args: {},
  flags: {},
  changes: false,
  statuses: [0],
  example: "salvor status",
  async run({ signal, open }) {
    await using salvor = await open();
    const document = await salvor.status(signal);
    return { document, status: 0, lines: (style) => statusLines(document, style) };
  },
});
