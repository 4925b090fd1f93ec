import { defineCommand } from "../command.ts";
import { snapshotLines } from "../show/snapshots.ts";

/** `salvor backup` */
export const backupCommand = defineCommand({
  name: "backup",
  purpose:
    "Takes a consistent snapshot of each store and seals its receipt. Stores stay online; several of them are one recovery point.",
  args: { stores: { help: "Names of stores; all of them when none is given", many: true } },
  flags: {
    verify: { type: "boolean", help: "Prove the new snapshots to level complete" },
    "new-repository": {
      type: "boolean",
      help: "Begin a new repository although there was one in that folder before",
    },
  },
  changes: false,
  statuses: [0, 3, 4],
  example: "salvor backup shop --verify",
  async run({ args, flags, signal, open }) {
    await using salvor = await open();
    const document = await salvor.backup(
      { stores: args.stores, verify: flags.verify, newRepository: flags["new-repository"] },
      signal,
    );
    return {
      document,
      status: flags.verify && !document.point.verified ? 4 : 0,
      lines: (style) => snapshotLines(document.snapshots, style),
    };
  },
});
