import type { DatabaseSync } from "node:sqlite";

import { messageOf, SalvorError } from "../../core/errors.ts";
import type { HostTask } from "../host/messages.ts";
import type { QueryAnswer } from "../types.ts";
import { engineError, openSettled, sqliteCode } from "./engine.ts";
import { allowReadingOnly, connectVirtualTables } from "./query-authorizer.ts";
import { limitMemory } from "./query-memory.ts";
import { readAnswer } from "./query-rows.ts";
import { refusedQuery } from "./query-statement.ts";

/** One statement, and the image that it is asked of. */
export interface QueryInput {
  readonly path: string;
  /** One statement, as `readingStatement` gives it. */
  readonly text: string;
  readonly rowsMax: number;
  readonly bytesMax: number;
  /** What the process may take for it. */
  readonly memoryMaxMb: number;
}

/** Longest text or blob that the engine may make, where it can be told (Node 25.8 and newer). */
const VALUE_MAX_BYTES = 64_000_000;

const IO_ERROR = 10;
const CORRUPT = 11;
const NOT_A_DATABASE = 26;

/** Asks the engine one question, which can read this image and do nothing else. */
export const task: HostTask<QueryInput, QueryAnswer> = async (input) => {
  using _limit = await limitMemory(input.memoryMaxMb);
  try {
    using database = openSettled(input.path);
    return ask(database, input);
  } catch (error) {
    throw [IO_ERROR, CORRUPT, NOT_A_DATABASE].includes(sqliteCode(error) ?? 0)
      ? engineError(input.path, error)
      : error;
  }
};

function ask(database: DatabaseSync, { text, rowsMax, bytesMax }: QueryInput): QueryAnswer {
  // What is sorted stays in memory: there it is limited, and leaves no file.
  database.exec("PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384");
  const [row] = database.prepare("PRAGMA encoding").all();
  const encoding = String(row?.["encoding"]);
  connectVirtualTables(database);
  if ("limits" in database) database.limits.length = VALUE_MAX_BYTES;
  const refused = allowReadingOnly(database);
  try {
    return readAnswer(database, text, { encoding, rowsMax, bytesMax });
  } catch (error) {
    const what = refused();
    if (what !== null) throw refusedQuery(what);
    throw isDamage(error) ? error : failed(error);
  }
}

function isDamage(error: unknown): boolean {
  return [IO_ERROR, CORRUPT, NOT_A_DATABASE].includes(sqliteCode(error) ?? 0);
}

function failed(error: unknown): SalvorError {
  return new SalvorError("QUERY_FAILED", `the engine says: ${messageOf(error)}`, {
    hint: "Correct the query; it runs in SQLite as Node brings it, without functions of your own.",
    cause: error,
  });
}
