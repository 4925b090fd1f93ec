import { createInterface } from "node:readline/promises";

import type { RunDocument } from "../app/types.ts";
import { planLines } from "./show/run.ts";
import type { Style } from "./show/style.ts";

/** Shows the plan on standard error and asks the person at the terminal; no answer is a no. */
export async function confirmOnTerminal(
  plan: RunDocument,
  style: Style,
  signal: AbortSignal,
): Promise<boolean> {
  process.stderr.write(`${planLines(plan, style).join("\n")}\n`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question("Go on? [y/N] ", { signal });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
