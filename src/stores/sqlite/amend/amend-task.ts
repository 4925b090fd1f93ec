import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";

import { messageOf, SalvorError } from "../../../core/errors.ts";
import type { HostTask } from "../../host/messages.ts";
import type { Amended, Amendment } from "../../types.ts";
import { engineError, guard } from "../../engine/engine.ts";
import { isLack } from "./lack.ts";
import { putBackRows } from "./put-back-rows.ts";
import { reindex } from "./reindex.ts";

/** What can be done in one transaction of a database. */
export type DatabaseAmendment = Extract<Amendment, { kind: "reindex" | "put-back-rows" }>;

/** The database to change, and how. */
export interface AmendInput {
  readonly path: string;
  readonly busyTimeoutMs: number;
  readonly amendment: DatabaseAmendment;
}

/**
 * One IMMEDIATE transaction: writers wait, readers see the old state, and a kill at any moment leaves
 * all of the old state or all of the new one.
 */
export const task: HostTask<AmendInput, Amended> = async (input, { progress }) => {
  const { path, amendment } = input;
  try {
    using database = openForWriting(input);
    database.exec("BEGIN IMMEDIATE");
    const isReindex = amendment.kind === "reindex";
    const amended = isReindex
      ? reindex(database, path, amendment.indexes)
      : await putBackRows({ database, path, amendment, progress });
    database.exec(!isReindex && amendment.dryRun ? "ROLLBACK" : "COMMIT");
    return amended;
  } catch (error) {
    throw isLack(error) ? lacking(path, error) : engineError(path, error);
  }
};

/**
 * Foreign keys are followed by our own questions and not by the engine: it would cascade where an
 * application may never have asked for it. Names in double quotes may be strings, as the schema's
 * maker was allowed to write them.
 */
function openForWriting({ path, busyTimeoutMs }: AmendInput): DatabaseSync {
  const url = pathToFileURL(path);
  url.search = "mode=rw"; // never makes a file
  const database = new DatabaseSync(url, {
    timeout: busyTimeoutMs,
    enableForeignKeyConstraints: false,
    enableDoubleQuotedStringLiterals: true,
    readBigInts: true, // each statement tells the last row id, whether or not a number can hold it
  });
  guard(database);
  database.exec(
    "PRAGMA synchronous = FULL; PRAGMA cache_size = -16384; PRAGMA temp.cache_size = -32768",
  );
  return database;
}

function lacking(path: string, error: unknown): SalvorError {
  const message = `${path} needs what only its application has: ${messageOf(error)}`;
  return new SalvorError("REFUSED", message, {
    hint: "Nothing was changed. Put these rows back through the application.",
    cause: error,
  });
}
