import { DatabaseSync } from "node:sqlite";
import { setTimeout as delay } from "node:timers/promises";

import { isBusy } from "../../src/core/lock.ts";

// A program that works on a database while somebody backs it up or restores it:
//   node writer-main.ts <database> [pause in ms]
// Every transaction moves an amount from one account to another, writes it into a ledger, and counts
// it. The number of each commit goes to standard output, a line each. Whatever comes in on standard
// input is answered by a line "report {…}"; its end ends the program after the last commit.

/** How the work has gone so far. */
export interface WriterReport {
  readonly commits: number;
  /** The longest time from the first SQLITE_BUSY to the commit, without waiting in the engine. */
  readonly refusedMs: number;
  /** The longest transaction that nobody refused. */
  readonly commitMs: number;
}

const [path = "", pauseText = "0"] = process.argv.slice(2);
const pauseMs = Number(pauseText);
const database = new DatabaseSync(path, { timeout: 0 });
database.exec("PRAGMA synchronous = NORMAL");
const ending = new AbortController();
let commits = 0;
let refusedMs = 0;
let commitMs = 0;

process.stdin.on("data", () => {
  process.stdout.write(`report ${JSON.stringify({ commits, refusedMs, commitMs })}\n`);
  refusedMs = 0;
  commitMs = 0;
});
process.stdin.on("end", () => ending.abort());

while (!ending.signal.aborted) {
  const startedMs = performance.now();
  let isRefused = false;
  while (!attempt()) {
    isRefused = true;
    await delay(1);
  }
  const tookMs = performance.now() - startedMs;
  if (isRefused) refusedMs = Math.max(refusedMs, tookMs);
  else commitMs = Math.max(commitMs, tookMs);
  commits += 1;
  await delay(Math.random() * pauseMs);
}
database.close();

/** One transaction; false when the engine said that the database is busy. */
function attempt(): boolean {
  try {
    database.exec("BEGIN IMMEDIATE");
    const amount = 1 + (commits % 97);
    // No two commits ever get the same number, whatever is restored in between.
    const number = Math.round((performance.timeOrigin + performance.now()) * 1000);
    database.prepare("UPDATE account SET amount = amount - ? WHERE name = 'left'").run(amount);
    database.prepare("UPDATE account SET amount = amount + ? WHERE name = 'right'").run(amount);
    database.prepare("INSERT INTO ledger (id, amount) VALUES (?, ?)").run(number, amount);
    database.exec("UPDATE counter SET n = n + 1");
    database.exec("COMMIT");
    process.stdout.write(`${number}\n`);
    return true;
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    if (!isBusy(error)) throw error;
    return false;
  }
}
