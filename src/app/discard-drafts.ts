import { dirname } from "node:path";

import { nodeDisk } from "../core/disk.ts";
import { draftOf, type RebuildRequest } from "../recovery/plan-rebuild.ts";
import { lockStore } from "../state/locks.ts";
import { openEngine } from "./engine.ts";
import { openState } from "./projection-target.ts";
import type { Session } from "./session.ts";
import type { ChangeOptions } from "./types.ts";

/**
 * Undoes the rebuilds of a projection that were interrupted, and removes what was built so far.
 * Answers the drafts that there were.
 */
export async function discardDrafts(
  session: Session,
  name: string,
  request: RebuildRequest,
  { dryRun = false, reason }: ChangeOptions,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (dryRun) return existing(request);
  const engine = await openEngine(session);
  for (const run of await engine.interrupted()) {
    if (!run.subject.includes(name)) continue;
    const ended = await engine.cancel(run.id, session.by, signal);
    await session.record("cancel", run.id, reason ?? "", { status: ended.status });
  }
  const { folder } = await session.state();
  await using _held = await lockStore(folder, name, session.world, "projection");
  const drafts = await existing(request);
  for (const path of draftsOf(request)) {
    if ((await nodeDisk.stat(dirname(path))) === null) continue;
    await using draft = await openState(session, name, path);
    await draft.discard(signal);
  }
  await session.record("rebuild", name, reason ?? "", { discarded: drafts });
  return drafts;
}

/** Of the state of a time its own; of the live state those of every kind. */
function draftsOf(request: RebuildRequest): readonly string[] {
  if (request.place !== null) return [draftOf(request)];
  return [null, 0].map((fromMs) => draftOf({ ...request, fromMs }));
}

async function existing(request: RebuildRequest): Promise<readonly string[]> {
  const found = [];
  for (const path of draftsOf(request)) {
    if ((await nodeDisk.stat(path)) !== null) found.push(path);
  }
  return found;
}
