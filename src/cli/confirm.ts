import { once } from "node:events";
import { createInterface } from "node:readline";

import type { RunDocument } from "../app/run-document.ts";
import { planLines } from "./show/run.ts";
import type { Style } from "./show/style.ts";

/** Shows the plan on standard error and asks the person at the terminal; no answer is a no. */
export async function confirmOnTerminal(
  plan: RunDocument,
  style: Style,
  signal: AbortSignal,
): Promise<boolean> {
  process.stderr.write(`${planLines(plan, style).join("\n")}\nGo on? [y/N] `);
  return /^y(es)?$/i.test((await readLine(signal)).trim());
}

/** One line; empty when the input ends. The terminal stays as it is, so Ctrl-C is a signal. */
async function readLine(signal: AbortSignal): Promise<string> {
  const input = createInterface({ input: process.stdin, terminal: false });
  try {
    const line = once(input, "line", { signal });
    const end = once(input, "close", { signal });
    const [answer]: unknown[] = await Promise.race([line, end]);
    return typeof answer === "string" ? answer : "";
  } finally {
    input.close();
  }
}
