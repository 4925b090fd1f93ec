import type { InitDocument } from "../../app/types.ts";
import { defineCommand } from "../command.ts";
import type { Style } from "../show/style.ts";
import { counted, safe } from "../show/text.ts";

/** `salvor init` */
export const initCommand = defineCommand({
  name: "init",
  purpose:
    "Looks for SQLite databases below this folder and writes a salvor.yaml that protects them. A file that is there already stays; then it prints what it would add.",
  args: {},
  flags: {
    force: { type: "boolean", help: "Replace a salvor.yaml; the old one is kept beside it" },
  },
  changes: false,
  statuses: [0, 3],
  example: "salvor init",
  async run({ flags, config, cwd, env }) {
    const { initSystem } = await import("../../app/init.ts");
    const document = await initSystem({ cwd, path: config, force: flags.force, env });
    return {
      document,
      status: document.written ? 0 : 3,
      lines: (style) => (document.written ? writtenLines(document, style) : lackLines(document)),
    };
  },
});

function writtenLines({ config, stores, kept }: InitDocument, style: Style): readonly string[] {
  return [
    `${style.paint("good", "written")}: ${safe(config)}`,
    ...(kept === null ? [] : [`the old one is kept as ${safe(kept)}`]),
    stores.length === 0
      ? "no SQLite database was found: name yours in that file"
      : `${counted(stores.length, "store")}: ${stores.join(", ")}`,
    'next: "salvor backup"',
  ];
}

function lackLines({ config, stores, text }: InitDocument): readonly string[] {
  const found = `${safe(config)} is there already and stays as it is (--force replaces it)`;
  if (stores.length === 0) return [found, "it lacks no store that was found"];
  return [found, "it could add:", ...text.trimEnd().split("\n").map(safe)];
}
