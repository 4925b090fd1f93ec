import { copyFileSync, existsSync, statSync } from "node:fs";
import { join } from "node:path";

import { memoryFolder } from "../support/folder.ts";
import { runProcess } from "../support/processes.ts";
import { cleanEnvironment, NODE } from "../support/salvor.ts";

/** What the engine, asked in a process of its own, says of a database. */
export interface Content {
  /** What PRAGMA integrity_check complains of, or why it cannot be read. */
  readonly problems: readonly string[];
  /** References without a parent. */
  readonly dangling: number;
  /** Count and digest of each table. */
  readonly tables: Readonly<Record<string, string>>;
  readonly schema: string;
}

/** Reads a copy, with the -wal and -journal beside it: the engine mends as it opens. */
export async function readContent(path: string): Promise<Content> {
  await using folder = await memoryFolder();
  const copy = folder.join("copy.sqlite");
  for (const ending of ["", "-wal", "-journal"]) {
    if (isFile(path + ending)) copyFileSync(path + ending, copy + ending);
  }
  if (!existsSync(copy)) return { problems: ["no file"], dangling: 0, tables: {}, schema: "" };
  const program = join(import.meta.dirname, "content-main.ts");
  const options = { env: cleanEnvironment(), timeoutMs: 20_000 };
  const { status, stdout, json } = await runProcess(NODE, [program, copy], options);
  if (status === 0 && stdout !== "") return json() as Content;
  return { problems: [`the engine ended with ${status}`], dangling: 0, tables: {}, schema: "" };
}

/** The same rows and the same schema, and nothing wrong with either. */
export function isSame(a: Content, b: Content): boolean {
  return a.problems.length === 0 && JSON.stringify(a) === JSON.stringify(b);
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}
