import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { cleanEnvironment, NODE } from "../support/salvor.ts";

/** A process that has a database open, and goes on with it as it is told. */
export interface Holder extends AsyncDisposable {
  readonly pid: number;
  /** Runs one statement on the connection that has been open all the time. */
  sql(statement: string): Promise<readonly Record<string, unknown>[]>;
  /** Ends it, as an operator would. */
  end(): Promise<void>;
}

/** Starts a holder; its connection has read the database once. */
export async function startHolder(path: string): Promise<Holder> {
  const program = join(import.meta.dirname, "holder-main.ts");
  const child = spawn(NODE, [program, path], {
    env: cleanEnvironment(),
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exit = once(child, "exit");
  const lines = createInterface({ input: child.stdout });
  const sql = async (statement: string): Promise<readonly Record<string, unknown>[]> => {
    const answer = once(lines, "line", { signal: AbortSignal.timeout(30_000) });
    child.stdin.write(`${statement}\n`);
    const said = JSON.parse(String((await answer)[0])) as Answer;
    if (said.rows !== undefined) return said.rows;
    throw new Error(said.error);
  };
  await sql("SELECT count(*) FROM sqlite_schema");
  const end = async (): Promise<void> => {
    child.kill("SIGKILL");
    await exit;
  };
  return { pid: child.pid ?? 0, sql, end, [Symbol.asyncDispose]: end };
}

interface Answer {
  readonly rows?: readonly Record<string, unknown>[];
  readonly error?: string;
}
