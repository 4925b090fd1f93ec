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

const DELETE_INVOICES = `
const { DatabaseSync } = require("node:sqlite");
const [path, year] = process.argv.slice(1);
const database = new DatabaseSync(path);
const ofYear = "InvoiceId IN (SELECT InvoiceId FROM Invoice WHERE strftime('%Y', InvoiceDate) = ?)";
database.exec("BEGIN");
for (const table of ["InvoiceLine", "Invoice"]) {
  const { changes } = database.prepare("DELETE FROM " + table + " WHERE " + ofYear).run(year);
  console.log(changes + " rows deleted from " + table);
}
database.exec("COMMIT");`;

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

/** A program that deletes the invoices of a year, as a careless one would. */
export async function deleteInvoices(
  stage: Stage,
  cwd: string,
  path: string,
  year: string,
): Promise<void> {
  const ofYear = `strftime('%Y', InvoiceDate) = '${year}'`;
  stage.command(`sqlite3 ${path} "DELETE FROM Invoice WHERE ${ofYear}"   # and their lines`);
  const { stdout, stderr } = await runNode(cwd, [
    "--no-warnings",
    "-e",
    DELETE_INVOICES,
    path,
    year,
  ]);
  stage.output(`${stdout}${stderr}`);
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
