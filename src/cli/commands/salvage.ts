import { SalvorError } from "../../core/errors.ts";
import { defineCommand } from "../command.ts";
import { salvageLines } from "../show/salvage.ts";

/** `salvor salvage` */
export const salvageCommand = defineCommand({
  name: "salvage",
  purpose:
    "Reads what is readable of a damaged store into a new place, without any backup, and mends there what can be mended for certain. The store itself is only read. On a path it needs no salvor.yaml: a folder of JSON documents, a tree of files, or one file of JSON or JSON Lines. What was mended lies beside the result, as it was and as it became.",
  args: { subject: { help: "Store, or path" } },
  flags: {
    to: { type: "string", value: "path", help: "Build it here; must not exist yet" },
    schema: {
      type: "string",
      value: "file",
      help: "JSON Schema of documents: it decides which repairs are believed",
    },
    "include-deleted": {
      type: "boolean",
      help: "Also read what was deleted, where a store keeps such: documents, files and logs keep none",
    },
  },
  changes: false,
  statuses: [0, 1, 3, 6],
  example: "salvor salvage ./contracts --to ./contracts-salvaged",
  async run({ args, flags, signal, open }) {
    const { to, schema } = flags;
    if (to === undefined) throw usage();
    await using salvor = await open("optional");
    const includeDeleted = flags["include-deleted"];
    const options = { subject: args.subject, to, schema, includeDeleted };
    const document = await salvor.salvage(options, signal);
    const isWhole = document.losses.length === 0;
    return {
      document,
      status: isWhole ? (document.wrong === 0 ? 0 : 1) : 6,
      lines: (style) => [
        ...salvageLines(document, style),
        ...(includeDeleted ? [NONE_DELETED] : []),
      ],
    };
  },
});

const NONE_DELETED = "deleted: documents, files and event logs keep nothing of what was deleted";

function usage(): SalvorError {
  return new SalvorError("USAGE", "say where what is readable shall go", {
    hint: "For example: salvor salvage ./contracts --to ./contracts-salvaged",
  });
}
