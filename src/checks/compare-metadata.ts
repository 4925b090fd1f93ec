import type { Observation, Severity } from "../core/finding.ts";
import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import type { Baseline } from "./baseline.ts";
import { observe } from "./observe.ts";

/** How the facts about a store differ from those of the baseline. */
export interface MetadataDifferences {
  /** Nothing that is more than worth a line. */
  readonly ok: boolean;
  /** A sentence each. */
  readonly differences: readonly string[];
  readonly observations: readonly Observation[];
}

/** Facts that somebody should look at when they change; all others change in daily work. */
const FACTS: Readonly<Record<string, Severity>> = {
  applicationId: "low",
  encoding: "low",
  engine: "low",
  journalMode: "info",
  pageSize: "info",
  userVersion: "info",
};

/** The version of a schema only goes up, until an old file is put in the place of a new one. */
const VERSION = "userVersion";

/** Are the facts about a store those that it had? For an audit; only what both sides tell counts. */
export function compareMetadata(
  last: Baseline | null,
  properties: JsonObject,
): MetadataDifferences {
  const recorded = last?.snapshot.receipt.recorded ?? {};
  const observations = Object.keys(FACTS).flatMap((name) => {
    const [then, now] = [recorded[name], properties[name]];
    if (!isTold(then) || !isTold(now) || then === now) return [];
    return [observeFact(name, then, now)];
  });
  const older = olderLog(recorded["log"], properties["log"]);
  if (older !== null) observations.push(older);
  return {
    ok: observations.every(({ severity }) => severity === "info"),
    differences: observations.map(({ description }) => description),
    observations,
  };
}

/** A log that was begun anew this many times before is another one. */
const GENERATIONS_MAX = 1000;

/**
 * A log of commits that stands at an earlier place than a snapshot knew it: an old copy of it, or one
 * that was cut. Within a generation its commits only grow, and generations count up.
 */
function olderLog(then: Json | undefined, now: Json | undefined): Observation | null {
  if (!isJsonObject(then) || !isJsonObject(now)) return null;
  const behind = Number(then["generation"]) - Number(now["generation"]);
  const isCut = behind === 0 && Number(now["commits"]) < Number(then["commits"]);
  if (!isCut && !(behind > 0 && behind <= GENERATIONS_MAX)) return null;
  const description =
    "the log of commits is older than it was at the last snapshot: an old copy of it, or one that " +
    "was cut, has taken the place of what was committed";
  return observe("store.older", description, { location: {} });
}

function observeFact(name: string, then: Json, now: Json): Observation {
  const description = `${name} was ${JSON.stringify(then)} and is ${JSON.stringify(now)}`;
  const location = { pointer: `/${name}` };
  if (name === VERSION && typeof then === "number" && typeof now === "number" && now < then)
    return observe("metadata.older", description, { location });
  return observe("metadata.changed", description, { location, severity: FACTS[name] ?? "info" });
}

/** Of a store that cannot be read, facts are null. */
function isTold(fact: Json | undefined): fact is Exclude<Json, null> {
  return fact !== undefined && fact !== null;
}
