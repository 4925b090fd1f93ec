import { defineCommand } from "../command.ts";
import { snapshotLines } from "../show/snapshots.ts";

/** `salvor snapshots` */
export const snapshotsCommand = defineCommand({
  name: "snapshots",
  purpose: "Lists the snapshots in the repository, with the level that each has been proven to.",
  args: { store: { help: "Name of a store; all of them when none is given", optional: true } },
  flags: {
    repository: {
      type: "string",
      value: "path",
      help: "A repository's folder, on a host without salvor.yaml",
    },
  },
  changes: false,
  statuses: [0, 4],
  example: "salvor snapshots shop",
  async run({ args, flags: { repository }, signal, open }) {
    await using salvor = await open(repository === undefined ? "required" : "ignored");
    const document = await salvor.snapshots({ store: args.store, repository }, signal);
    return { document, status: 0, lines: (style) => snapshotLines(document.snapshots, style) };
  },
});
