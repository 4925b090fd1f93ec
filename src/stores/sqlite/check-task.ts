import type { HostTask } from "../host/messages.ts";
import { openSettled } from "./engine.ts";

/** The image that the engine checks. */
export interface CheckInput {
  readonly path: string;
  /** Messages to return at most. */
  readonly messagesMax: number;
}

/** The engine's own `PRAGMA integrity_check`: its messages, none when it says "ok". */
export const task: HostTask<CheckInput, readonly string[]> = async ({ path, messagesMax }) => {
  try {
    const database = openSettled(path);
    try {
      const rows = database.prepare(`PRAGMA integrity_check(${messagesMax})`).all();
      const messages = rows.map((row) => String(row["integrity_check"]));
      return messages.length === 1 && messages[0] === "ok" ? [] : messages;
    } finally {
      database.close();
    }
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
};
