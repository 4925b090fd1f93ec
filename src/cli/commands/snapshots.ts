import { defineCommand } from "../command.ts";
import { snapshotLines } from "../show/snapshots.ts";

/** `salvor snapshots` */
export const snapshotsCommand = defineCommand({
  name: "snapshots",
  purpose: "Lists the snapshots in the repository, with the level that each has been proven to.",
  args: { store: { help: "Name of a store; all of them when none is given", optional: true } },
  flags: {},
  changes: false,
  statuses: [0, 4],
  example: "salvor snapshots shop",
  async run({ args, signal, open }) {
    await using salvor = await open();
    const document = await salvor.snapshots({ store: args.store }, signal);
    return { document, status: 0, lines: (style) => snapshotLines(document.snapshots, style) };
  },
});
