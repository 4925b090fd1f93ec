import { defineCommand } from "../command.ts";
import { receiptLines } from "../show/receipt.ts";
import { safe } from "../show/text.ts";

/** `salvor receipt` */
export const receiptCommand = defineCommand({
  name: "receipt",
  purpose:
    "Says what a store holds now, or held when a snapshot was taken: how many rows, and a digest of every collection. On a path it needs no salvor.yaml.",
  args: { subject: { help: "Store, path, or snapshot" } },
  flags: {
    output: {
      type: "string",
      value: "file",
      help: "Also write the receipt with its trees, for compare",
    },
    portable: { type: "boolean", help: "Add the digest that is equal across engines" },
  },
  changes: false,
  statuses: [0, 1, 3, 4],
  example: "salvor receipt ./shop.sqlite --output shop.receipt",
  async run({ args, flags, signal, open }) {
    await using salvor = await open("optional");
    const document = await salvor.receipt({ subject: args.subject, ...flags }, signal);
    return {
      document,
      status: 0,
      lines: (style) => [
        ...receiptLines(document, style),
        ...(flags.output === undefined ? [] : [`written to ${safe(flags.output)}`]),
      ],
    };
  },
});
