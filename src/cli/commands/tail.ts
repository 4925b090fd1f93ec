import { defineCommand } from "../command.ts";
import { count, safe } from "../show/text.ts";
import { policyOf } from "./rebuild.ts";

/** `salvor tail` */
export const tailCommand = defineCommand({
  name: "tail",
  purpose:
    "Follows the event log of a projection, and applies new events to its state within a second, until Ctrl-C. Builds the state first when there is none.",
  args: { projection: { help: "Name of a projection" } },
  flags: {
    "on-damaged": {
      type: "string",
      value: "policy",
      help: "stop, skip, or a number: skip as long as there are fewer (default: as the log says)",
    },
  },
  changes: false,
  statuses: [0, 1, 4, 6],
  example: "salvor tail registry",
  async run({ args, flags, signal, open }) {
    const onDamaged = policyOf(flags["on-damaged"]);
    await using salvor = await open();
    const document = await salvor.tail({ projection: args.projection, onDamaged }, signal);
    const { applied, duplicates, corrupted } = document;
    const skipped = `${count(duplicates)} duplicates, ${count(corrupted)} damaged`;
    return {
      document,
      status: corrupted > 0 ? 6 : 0,
      lines: () => [`${safe(document.projection)}: ${count(applied)} applied, ${skipped}`],
    };
  },
});
