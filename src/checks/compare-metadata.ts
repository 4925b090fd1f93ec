import type { Observation, Severity } from "../core/finding.ts";
import type { Json, JsonObject } from "../core/json.ts";
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
  return {
    ok: observations.every(({ severity }) => severity === "info"),
    differences: observations.map(({ description }) => description),
    observations,
  };
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
