import { defineCommand } from "../command.ts";
import { proofLines } from "../show/proof.ts";

/** `salvor compare` */
export const compareCommand = defineCommand({
  name: "compare",
  purpose:
    "Proves that two stores, snapshots or receipt files hold the same, or lists every difference. On paths it needs no salvor.yaml.",
  args: {
    expected: { help: "Store, path, snapshot or receipt file that is taken as right" },
    actual: { help: "The one that is compared with it" },
  },
  flags: { portable: { type: "boolean", help: "Compare under logical types, not raw bytes" } },
  changes: false,
  statuses: [0, 1, 3, 4],
  example: "salvor compare shop@latest ./shop-restored.sqlite",
  async run({ args, flags, signal, open }) {
    await using salvor = await open("optional");
    const options = { a: args.expected, b: args.actual, portable: flags.portable };
    const document = await salvor.compare(options, signal);
    return {
      document,
      status: document.equal ? 0 : 1,
      lines: (style) => proofLines(document, style),
    };
  },
});
