import { SalvorError } from "../../core/errors.ts";
import { defineCommand } from "../command.ts";
import { moment, safe, table } from "../show/text.ts";

/** `salvor audit-trail` */
export const auditTrailCommand = defineCommand({
  name: "audit-trail",
  purpose:
    "Shows who did what. verify proves that no record was changed, cut or put in; export writes all records to a file.",
  args: { action: { help: "What to do", choices: ["show", "verify", "export"], optional: true } },
  flags: { output: { type: "string", value: "file", help: "For export: file to write (NDJSON)" } },
  changes: false,
  statuses: [0, 3, 4],
  example: "salvor audit-trail verify",
  async run({ args, flags, signal, open }) {
    const action = args.action ?? "show";
    if ((action === "export") !== (flags.output !== undefined)) {
      throw new SalvorError("USAGE", "export, and only export, needs --output", {
        hint: "For example: salvor audit-trail export --output trail.ndjson",
      });
    }
    await using salvor = await open();
    const document = await salvor.auditTrail({ action, output: flags.output }, signal);
    return {
      document,
      status: document.ok ? 0 : 4,
      lines: (style) => [
        ...table(
          document.newest.map(({ at, actor, action: done, subject, reason }) =>
            [moment(at), actor.by, done, subject, reason].map(safe),
          ),
        ),
        document.ok
          ? `${style.paint("good", "whole")}: ${document.records} records`
          : `${style.paint("bad", "broken")} at record ${document.firstBroken ?? "?"} of ${document.records}: ${safe(document.problem ?? "")}`,
      ],
    };
  },
});
