import type { DatabaseSync } from "node:sqlite";

import { SalvorError } from "../../core/errors.ts";
import type { World } from "../../core/world.ts";
import type { CompiledProjection } from "../compiled.ts";
import type { BuildRequest } from "../types.ts";
import { createState } from "./open-draft.ts";
import { readRecord, updateRecord, type StateRecord } from "./record.ts";

/** Where a build begins; or why the draft that is there cannot be gone on with. */
export type Start = { readonly record: StateRecord } | { readonly stale: string };

/**
 * Makes a new draft, or goes on with one that fits. A draft with damage left out does not fit a build
 * that leaves none out.
 *
 * @throws {SalvorError} REFUSED when a copy of a live state does not fit: only a rebuild helps.
 */
export function startRecord(
  database: DatabaseSync,
  projection: CompiledProjection,
  request: BuildRequest,
  world: World,
): Start {
  const found = readRecord(database);
  const fresh = newRecord(projection, request, world);
  if (found === null) {
    const others = database.prepare("SELECT count(*) AS count FROM sqlite_schema").get();
    if (others?.["count"] !== 0) return misfit(request, "it is no state of a projection");
    createState(database, fresh, projection.tables);
    return { record: fresh };
  }
  const reason = misfitOf(found, fresh, request);
  if (reason !== null) return misfit(request, reason);
  if (found.build === request.build) return { record: found };
  // Another build has counted so far, or left it: this one counts what it does itself. What was left
  // out of the state is missing from it all the same.
  const counts = { events: 0, applied: 0, duplicates: 0 };
  const record = { ...found, ...counts, build: request.build, finished: false };
  updateRecord(database, record);
  return { record };
}

/** Why a state is not what a projection would build; null when it is. */
export function misfitOf(
  found: StateRecord,
  wanted: StateRecord,
  { onDamaged }: Pick<BuildRequest, "onDamaged">,
): string | null {
  if (found.name !== wanted.name) return `it is a state of ${found.name}`;
  if (found.version !== wanted.version) {
    return `it has version ${found.version} of the projection, not ${wanted.version}`;
  }
  if (found.definition !== wanted.definition) return "the projection was changed since";
  if (found.log !== wanted.log) return `it was built from ${found.log}`;
  if (found.untilMs !== wanted.untilMs) return "it ends at another time";
  // They may be whole by now, and lie before all that an incremental build reads.
  const isLeftOut = onDamaged === "stop" && found.corrupted > 0;
  return isLeftOut ? "events were left out of it" : null;
}

function misfit({ fromMs, projection }: BuildRequest, reason: string): Start {
  if (fromMs === null) return { stale: reason };
  throw new SalvorError("REFUSED", `the state cannot be gone on with: ${reason}`, {
    hint: `Run "salvor rebuild ${projection.name}" to build it from the beginning.`,
  });
}

/** The record that a state begins with. */
export function newRecord(
  { name, version, definition }: CompiledProjection,
  { projection, untilMs, build }: Pick<BuildRequest, "projection" | "untilMs" | "build">,
  world: World,
): StateRecord {
  return {
    name,
    version,
    definition,
    log: projection.log,
    untilMs,
    build,
    finished: false,
    hashKey: Buffer.from(world.randomBytes(8)).toString("hex"),
    checkpoint: null,
    events: 0,
    applied: 0,
    duplicates: 0,
    corrupted: 0,
    appliedInAll: 0,
  };
}
