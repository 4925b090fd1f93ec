import { stat } from "node:fs/promises";

import type { JsonObject } from "../../core/json.ts";
import type { LiveDatabase } from "./live.ts";
import { preflightOf, type Preflight } from "./preflight.ts";

/**
 * What tells later whether a commit followed. The header's change counter counts commits, but only
 * within one file, and not those into a -wal; null when a commit went by during the copy.
 */
export async function commitFacts(found: Preflight, isQuiet: boolean): Promise<JsonObject> {
  const counts = isQuiet && found.journalMode === "rollback";
  return {
    changeCounter: counts ? found.changeCounter : null,
    file: counts ? await fileIdentity(found.path) : null,
    log: logFacts(found.wal),
  };
}

/**
 * How far a -wal has come; null without commits in it. The first salt counts up each time that it is
 * begun anew, for as long as it is the same file.
 */
export function logFacts(wal: Preflight["wal"]): JsonObject | null {
  if (wal === null || wal.committedFrames === 0) return null;
  return {
    generation: Number.parseInt(wal.salts.slice(0, 8), 16),
    commits: wal.committedFrames,
  };
}

/** Device and inode: another file under the same name counts its commits anew. */
async function fileIdentity(path: string): Promise<string | null> {
  try {
    const { dev, ino } = await stat(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return null;
  }
}

/** False only when the same file stands at the same count with nothing beside it. */
export async function hasMoved(
  { path, context }: LiveDatabase,
  since: JsonObject,
  signal: AbortSignal,
): Promise<boolean | null> {
  const { changeCounter, file } = since;
  if (typeof changeCounter !== "number" || file !== (await fileIdentity(path))) return null;
  const now = await preflightOf(context.hosts, path, signal);
  if (now.journalMode !== "rollback" || now.wal !== null || now.changeCounter === null) return null;
  if (now.journal !== null && now.journal.state === "hot") return null;
  return now.changeCounter !== changeCounter;
}
