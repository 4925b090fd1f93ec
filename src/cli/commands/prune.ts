import { defineCommand } from "../command.ts";
import { safe, shortId, size, table } from "../show/text.ts";

/** `salvor prune` */
export const pruneCommand = defineCommand({
  name: "prune",
  purpose:
    "Removes snapshots that no retention rule keeps, and the bytes that only they used. Rules given here replace those of salvor.yaml; the last snapshot before a suspicious drop stays.",
  args: {},
  flags: {
    "keep-last": { type: "count", value: "n", help: "Keep the n newest of each store" },
    "keep-hourly": { type: "count", value: "n", help: "Keep the newest of each of n hours" },
    "keep-daily": { type: "count", value: "n", help: "Keep the newest of each of n days" },
    "keep-weekly": { type: "count", value: "n", help: "Keep the newest of each of n weeks" },
    "keep-monthly": { type: "count", value: "n", help: "Keep the newest of each of n months" },
    acknowledge: {
      type: "string",
      value: "snapshot",
      help: "Vouch for the drop in this snapshot, so that the one before it may go",
    },
  },
  changes: true,
  statuses: [0, 3, 4],
  example: "salvor prune --keep-last 7 --keep-daily 14 --dry-run",
  async run({ flags, change, signal, open }) {
    await using salvor = await open();
    const document = await salvor.prune(
      {
        ...change,
        keepLast: flags["keep-last"],
        keepHourly: flags["keep-hourly"],
        keepDaily: flags["keep-daily"],
        keepWeekly: flags["keep-weekly"],
        keepMonthly: flags["keep-monthly"],
        acknowledge: flags.acknowledge,
      },
      signal,
    );
    const verb = change.dryRun === true ? "would remove" : "removed";
    return {
      document,
      status: 0,
      lines: (style) => [
        ...document.removed.map((id) => `${style.paint("warning", verb)} ${shortId(id)}`),
        ...table(document.kept.map(({ snapshot, reason }) => [shortId(snapshot), safe(reason)])),
        `${verb} ${document.removed.length}, kept ${document.kept.length}, freed ${size(document.freedBytes)}`,
      ],
    };
  },
});
