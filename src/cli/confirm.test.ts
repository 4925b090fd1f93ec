import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { describe, it } from "node:test";

import { temporaryFolder } from "../../test/support/folder.ts";
import { runProcess } from "../../test/support/processes.ts";
import { NODE } from "../../test/support/salvor.ts";
import { requireTool } from "../../test/support/tools.ts";

// Asks on a terminal of its own, as `script` makes one, and says what came of it.
const ASK = `
  const { confirmOnTerminal } = await import(process.argv[2]);
  const { plain } = await import(process.argv[3]);
  const plan = { plan: "restore in place", amended: [], steps: [{ description: "exchange shop" }] };
  const answer = await confirmOnTerminal(plan, plain, new AbortController().signal);
  console.log("answer: " + answer);
`;

async function ask(stdin: string): Promise<string> {
  await using folder = await temporaryFolder();
  const script = folder.join("ask.mjs");
  await writeFile(script, ASK);
  const modules = ["./confirm.ts", "./show/style.ts"].map((name) => import.meta.resolve(name));
  const command = [NODE, script, ...modules].join(" ");
  const { stdout } = await runProcess("script", ["-qec", command, "/dev/null"], { stdin });
  return stdout;
}

describe("a confirmation", requireTool("script"), () => {
  it("shows the plan, and only a yes is a yes", async () => {
    const said = await ask("y\n");
    assert.match(said, /plan restore in place:\r\n {2}1\. exchange shop\r\nGo on\? \[y\/N\] /);
    assert.match(said, /answer: true/);
    for (const answer of ["n\n", "\n", "yeah\n"]) assert.match(await ask(answer), /answer: false/);
  });

  it("is a no when the input ends", async () => {
    assert.match(await ask("\x04"), /answer: false/);
  });
});
