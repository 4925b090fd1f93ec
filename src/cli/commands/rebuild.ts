import type { RebuildDocument } from "../../app/projection-documents.ts";
import { ERRORS, SalvorError, type ErrorCode } from "../../core/errors.ts";
import type { OnDamaged } from "../../projections/types.ts";
import { defineCommand } from "../command.ts";
import type { ExitStatus } from "../exit-status.ts";
import { rebuildLines } from "../show/projections.ts";

/** `salvor rebuild` */
export const rebuildCommand = defineCommand({
  name: "rebuild",
  purpose:
    "Computes the state of projections anew from their event logs, beside the live state, proves it, and puts it in the live one's place, which is kept in quarantine. Readers see the old state or the new one. It never asks. Interrupted, it goes on from its last checkpoint.",
  args: {
    projections: { help: "Names of projections; all of them when none is given", many: true },
  },
  flags: {
    "from-timestamp": {
      type: "string",
      value: "time",
      help: "Copy the live state and apply what it lacks since this time (milliseconds, or RFC 3339)",
    },
    "until-timestamp": {
      type: "string",
      value: "time",
      help: "The state including the events at this time, in the file that --to names",
    },
    to: { type: "string", value: "file", help: "With --until-timestamp; must not exist yet" },
    "on-damaged": {
      type: "string",
      value: "policy",
      help: "stop, skip, or a number: skip as long as there are fewer (default: as the log says)",
    },
    "batch-size": { type: "count", value: "n", help: "Events in a transaction" },
    discard: { type: "boolean", help: "Remove what an earlier rebuild has left, and stop" },
  },
  changes: true,
  statuses: [0, 1, 3, 4, 6],
  example: "salvor rebuild registry",
  async run({ args, flags, change, signal, open }) {
    const onDamaged = policyOf(flags["on-damaged"]);
    await using salvor = await open();
    const options = {
      ...change,
      projections: args.projections,
      fromTimestamp: flags["from-timestamp"],
      untilTimestamp: flags["until-timestamp"],
      to: flags.to,
      onDamaged,
      discard: flags.discard,
      batchSize: flags["batch-size"],
    };
    const document = await salvor.rebuild(options, signal);
    const results = "results" in document ? document.results : [document];
    return {
      document,
      status: statusOf(results),
      lines: (style) => results.flatMap((each) => rebuildLines(each, style)),
    };
  },
});

/** That of the first that failed; else 6 where events were skipped. */
function statusOf(results: readonly RebuildDocument[]): ExitStatus {
  const code = results.find(({ error }) => error !== null)?.error?.code;
  if (code !== undefined) return Object.hasOwn(ERRORS, code) ? ERRORS[code as ErrorCode].exit : 1;
  return results.some(({ corrupted, losses }) => corrupted > 0 || losses.length > 0) ? 6 : 0;
}

/** What the word after `--on-damaged` means. */
export function policyOf(word: string | undefined): OnDamaged | undefined {
  if (word === undefined || word === "stop" || word === "skip") return word;
  const skipBelow = /^[1-9]\d{0,8}$/.test(word) ? Number(word) : 0;
  if (skipBelow > 0) return { skipBelow };
  throw new SalvorError("USAGE", `"${word}" is no policy for damaged events`, {
    hint: "Write stop, skip, or a number above 0: skip as long as there are fewer.",
  });
}
