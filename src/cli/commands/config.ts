import { defineCommand, type CommandContext, type Outcome } from "../command.ts";
import type { Style } from "../show/style.ts";
import { counted, safe } from "../show/text.ts";

/** `salvor config` */
export const configCommand = defineCommand({
  name: "config",
  purpose:
    "check lists everything that is wrong with salvor.yaml. schema prints its JSON Schema, for editors.",
  args: { action: { help: "What to do", choices: ["check", "schema"] } },
  flags: {},
  changes: false,
  statuses: [0, 3],
  example: "salvor config check",
  run: (context) => (context.args.action === "check" ? check(context) : schema()),
});

async function check({ config, cwd, env }: Pick<CommandContext, "config" | "cwd" | "env">) {
  const { checkConfigFile } = await import("../../app/config/load.ts");
  const { describeProblem } = await import("../../app/config/check.ts");
  const { file, ...document } = await checkConfigFile({ path: config, cwd, env });
  const outcome: Outcome = {
    document,
    status: document.ok ? 0 : 2,
    lines: (style: Style) =>
      document.ok
        ? [`${style.paint("good", "ok")}: ${safe(file)}`]
        : [
            ...document.problems.map((each) => safe(`${file}:${describeProblem(each)}`)),
            style.paint("bad", counted(document.problems.length, "problem")),
          ],
  };
  return outcome;
}

/** JSON either way: a schema for people does not exist. */
async function schema(): Promise<Outcome> {
  const { jsonSchema } = await import("../../app/config/check.ts");
  const { drivers } = await import("../../stores/drivers.ts");
  const document = jsonSchema(drivers);
  return { document, status: 0, lines: () => [JSON.stringify(document, null, 2)] };
}
