import type { VerifyResult } from "../../app/types.ts";
import { defineCommand } from "../command.ts";
import { levelText, problemLines, uncheckedLines } from "../show/snapshots.ts";
import type { Style } from "../show/style.ts";
import { duration, safe, shortId } from "../show/text.ts";

/** `salvor verify` */
export const verifyCommand = defineCommand({
  name: "verify",
  purpose:
    "Reads snapshots back and raises their proven level. stored: every byte hashes right. restorable: the engine opens and checks it. complete: the receipt matches. working: the owner's rules hold too.",
  args: {
    snapshots: {
      help: "Ids, unique starts of ids, store@latest or store@time; all when none is given",
      many: true,
    },
  },
  flags: {
    level: {
      type: "choice",
      choices: ["stored", "restorable", "complete", "working"],
      help: "Level to reach (default: stored)",
    },
  },
  changes: false,
  statuses: [0, 4],
  example: "salvor verify shop@latest --level complete",
  async run({ args, flags, signal, open }) {
    await using salvor = await open();
    const options = { snapshots: args.snapshots, level: flags.level };
    const document = await salvor.verify(options, signal);
    return {
      document,
      status: document.ok ? 0 : 4,
      lines: (style) =>
        document.results.length === 0
          ? ["no snapshots"]
          : document.results.flatMap((result) => resultLines(result, style)),
    };
  },
});

function resultLines(result: VerifyResult, style: Style): readonly string[] {
  const verdict = result.ok ? style.paint("good", "ok") : style.paint("bad", "failed");
  const took = duration(result.durationMs);
  return [
    `${shortId(result.snapshot)}  ${safe(result.store ?? "?")}  ${verdict}  level ${levelText(result.level, style)}  ${took}`,
    ...problemLines(result.problems, style),
    ...uncheckedLines(result.unchecked, style),
  ];
}
