import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import type { Stage } from "./stage.ts";

const SALVOR = join(import.meta.dirname, "..", "bin", "salvor.cjs");

const INTEGRITY_CHECK = `
const { DatabaseSync } = require("node:sqlite");
try {
  const database = new DatabaseSync(process.argv[1], { readOnly: true });
  const rows = database.prepare("PRAGMA integrity_check").all();
  for (const row of rows) console.log(row.integrity_check);
} catch (error) {
  console.log("Error: " + error.message);
}`;

/** How a program ended, and all that it printed, as a terminal would have shown it. */
export interface Ending {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Shows a command line, runs the real program in a process of its own, and shows what it printed. */
export async function salvor(stage: Stage, cwd: string, args: readonly string[]): Promise<Ending> {
  stage.command(`salvor ${args.map(quote).join(" ")}`);
  const ending = await quietly(cwd, args);
  stage.output(`${ending.stderr}${ending.stdout}`);
  return ending;
}

/** Runs the real program and shows nothing. */
export function quietly(cwd: string, args: readonly string[]): Promise<Ending> {
  return runNode(cwd, [SALVOR, ...args]);
}

/** The engine's own opinion of a database, in a process of its own. */
export async function integrityCheck(stage: Stage, cwd: string, path: string): Promise<string> {
  stage.command(`sqlite3 ${path} "PRAGMA integrity_check"`);
  const { stdout, stderr } = await runNode(cwd, ["--no-warnings", "-e", INTEGRITY_CHECK, path]);
  stage.output(`${stdout}${stderr}`, 6);
  return stdout.trim();
}

async function runNode(cwd: string, args: readonly string[]): Promise<Ending> {
  const child = spawn(process.execPath, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const [stdout, stderr, status] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    ended,
  ]);
  return { status, stdout, stderr };
}

function quote(argument: string): string {
  return /^[\w@./:=-]+$/.test(argument) ? argument : `"${argument}"`;
}
