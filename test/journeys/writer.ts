import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createInterface } from "node:readline";

import { NODE, cleanEnvironment } from "../support/salvor.ts";
import type { WriterReport } from "./writer-main.ts";

const WAIT_MS = 60_000;

/** A process that commits to a database until it is disposed. */
export interface Writer extends AsyncDisposable {
  readonly pid: number;
  /** Numbers of the commits so far, in their order. */
  readonly committed: readonly number[];
  /** How it has gone since the last report. */
  report(): Promise<WriterReport>;
  /** Resolves after so many further commits. */
  more(commits: number): Promise<void>;
  /** Lets it end by itself. */
  end(): Promise<void>;
}

/** Starts a writer, and resolves when it has committed for the first time. */
export async function startWriter(
  path: string,
  { pauseMs = 0 }: { readonly pauseMs?: number } = {},
): Promise<Writer> {
  const program = join(import.meta.dirname, "writer-main.ts");
  const child = spawn(NODE, [program, path, String(pauseMs)], {
    env: cleanEnvironment(),
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exit = once(child, "exit");
  const committed: number[] = [];
  const reports: WriterReport[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => {
    if (line.startsWith("report ")) reports.push(JSON.parse(line.slice(7)) as WriterReport);
    else committed.push(Number(line));
  });
  const until = async (isThere: () => boolean): Promise<void> => {
    const signal = AbortSignal.timeout(WAIT_MS);
    while (!isThere()) {
      if (child.exitCode !== null) throw new Error(`the writer ended with ${child.exitCode}`);
      await once(lines, "line", { signal });
    }
  };
  const writer: Writer = {
    pid: child.pid ?? 0,
    committed,
    report: async () => {
      const known = reports.length;
      child.stdin.write("\n");
      await until(() => reports.length > known);
      return reports.at(-1) ?? { commits: 0, refusedMs: 0, commitMs: 0 };
    },
    more: async (commits) => {
      const goal = committed.length + commits;
      await until(() => committed.length >= goal);
    },
    end: async () => {
      child.stdin.end();
      await exit;
    },
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await exit;
    },
  };
  await writer.more(1);
  return writer;
}

/** A database for the writer, with so many megabytes of something else in it. */
export function buildBank(path: string, journalMode: "wal" | "delete", megabytes: number): void {
  const database = new DatabaseSync(path);
  database.exec(`PRAGMA synchronous = OFF; PRAGMA journal_mode = ${journalMode};
    CREATE TABLE account (name TEXT PRIMARY KEY, amount INTEGER NOT NULL);
    CREATE TABLE ledger (id INTEGER PRIMARY KEY, amount INTEGER NOT NULL);
    CREATE TABLE counter (n INTEGER NOT NULL);
    CREATE TABLE ballast (id INTEGER PRIMARY KEY, text TEXT, bytes BLOB);
    INSERT INTO account VALUES ('left', 0), ('right', 0);
    INSERT INTO counter VALUES (0);
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${megabytes * 4000})
      INSERT INTO ballast SELECT i, 'ballast ' || (i * 7919), randomblob(200) FROM n`);
  database.close();
}

/** What a bank holds, and whether it is the state after one whole commit. */
export interface Books {
  readonly counter: number;
  readonly ledger: readonly number[];
}

/** Reads a bank that nobody uses, and throws when it is not the state after a whole commit. */
export function readBooks(path: string): Books {
  const database = new DatabaseSync(path);
  try {
    const amounts = database.prepare("SELECT amount FROM account ORDER BY name").all();
    const [left = 0, right = 0] = amounts.map(({ amount }) => Number(amount));
    const rows = database.prepare("SELECT id, amount FROM ledger ORDER BY id").all();
    const moved = rows.reduce((sum, { amount }) => sum + Number(amount), 0);
    const counter = Number(database.prepare("SELECT n FROM counter").get()?.["n"]);
    if (left + right !== 0 || right !== moved || counter !== rows.length) {
      throw new Error(`${path} is torn: ${left} + ${right}, ${moved} moved, ${counter} counted`);
    }
    return { counter, ledger: rows.map(({ id }) => Number(id)) };
  } finally {
    database.close();
  }
}
