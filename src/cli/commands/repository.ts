import type { RepairDocument, RepositoryDocument } from "../../app/types.ts";
import { SalvorError } from "../../core/errors.ts";
import { defineCommand } from "../command.ts";
import type { ExitStatus } from "../exit-status.ts";
import { problemLines } from "../show/snapshots.ts";
import type { Style } from "../show/style.ts";
import { safe } from "../show/text.ts";

/** `salvor repository` */
export const repositoryCommand = defineCommand({
  name: "repository",
  purpose:
    "check reads and hashes every stored byte. repair rebuilds indexes and puts damaged files aside. passphrase changes the passphrase without touching the backups.",
  args: { action: { help: "What to do", choices: ["check", "repair", "passphrase"] } },
  flags: {
    "new-passphrase-env": {
      type: "string",
      value: "name",
      help: "For passphrase: variable that holds the new one",
    },
    "new-passphrase-file": {
      type: "string",
      value: "file",
      help: "For passphrase: file whose first line is the new one",
    },
  },
  changes: true,
  statuses: [0, 3, 4],
  example: "salvor repository check",
  async run({ args, flags, change, signal, open }) {
    const nextEnv = flags["new-passphrase-env"];
    const nextFile = flags["new-passphrase-file"];
    if (args.action === "passphrase") demandOneSource(nextEnv, nextFile);
    await using salvor = await open();
    switch (args.action) {
      case "check":
        return outcome(await salvor.repositoryCheck(signal));
      case "repair":
        return outcome(await salvor.repositoryRepair(change, signal));
      case "passphrase":
        return outcome(await salvor.repositoryPassphrase({ ...change, nextEnv, nextFile }, signal));
    }
  },
});

function outcome(document: RepositoryDocument | RepairDocument) {
  const status: ExitStatus = document.ok ? 0 : 4;
  return { document, status, lines: (style: Style) => repositoryLines(document, style) };
}

function repositoryLines(
  document: RepositoryDocument | RepairDocument,
  style: Style,
): readonly string[] {
  return [
    ...("repaired" in document ? document.repaired.map((text) => `repaired: ${safe(text)}`) : []),
    ...("quarantined" in document
      ? document.quarantined.map((name) => `put aside: ${safe(name)}`)
      : []),
    ...problemLines(document.problems, style),
    document.ok ? style.paint("good", "ok") : style.paint("bad", "the repository is damaged"),
  ];
}

function demandOneSource(env: string | undefined, file: string | undefined): void {
  if ((env === undefined) !== (file === undefined)) return;
  throw new SalvorError("USAGE", "say where the new passphrase comes from", {
    hint: "Give either --new-passphrase-env NAME or --new-passphrase-file FILE; it never stands on the command line.",
  });
}
