import { SalvorError } from "../../core/errors.ts";
import { entryModule } from "../../core/module.ts";
import type { Hosts } from "../host/hosts.ts";
import type { Query, QueryAnswer } from "../types.ts";
import { readingStatement } from "./query-statement.ts";
import type { QueryInput } from "./query-task.ts";

/** Megabytes that the process may take for one query: sorting a few million rows fits. */
const MEMORY_MAX_MB = 512;

/** Asks the engine in a host process, which is killed when time or memory is up. */
export async function queryImage(
  hosts: Hosts,
  path: string,
  { text, timeoutMs, rowsMax, bytesMax }: Query,
  signal: AbortSignal,
): Promise<QueryAnswer> {
  signal.throwIfAborted();
  const statement = readingStatement(text);
  const input: QueryInput = {
    path,
    text: statement,
    rowsMax,
    bytesMax,
    memoryMaxMb: MEMORY_MAX_MB,
  };
  let isLate = false;
  const timer = setTimeout(() => (isLate = true), timeoutMs);
  try {
    const task = entryModule("stores/engine/query-task");
    return await hosts.run<QueryAnswer>("engine", task, input, signal, { timeoutMs });
  } catch (error) {
    if (!(error instanceof SalvorError) || error.code !== "HOST_LIMIT") throw error;
    throw stopped(isLate ? timeoutMs : null, error);
  } finally {
    clearTimeout(timer);
  }
}

function stopped(timeoutMs: number | null, cause: unknown): SalvorError {
  const why =
    timeoutMs === null
      ? `it took more than ${MEMORY_MAX_MB} MB of memory`
      : `it did not end within ${timeoutMs} ms`;
  return new SalvorError("HOST_LIMIT", `the rule was stopped: ${why}`, {
    hint: "Let it read fewer rows, through an index or with a WHERE, or give it more time.",
    cause,
  });
}
