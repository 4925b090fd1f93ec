import { messageOf } from "../../../core/errors.ts";
import type { HostTask } from "../../host/messages.ts";
import { openSettled } from "../../engine/engine.ts";

/** The settled file whose schema the engine reads. */
export interface SchemaInput {
  readonly path: string;
}

/** Lets the engine read the schema: views and triggers too. Returns its complaint, or null. */
export const task: HostTask<SchemaInput, string | null> = async ({ path }) => {
  try {
    using database = openSettled(path);
    database.prepare("SELECT count(*) FROM sqlite_schema").get();
    return null;
  } catch (error) {
    return messageOf(error);
  }
};
