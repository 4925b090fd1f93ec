import type { Observation } from "../core/finding.ts";
import { counted, keyText } from "../core/text.ts";
import type { ProjectionConfig } from "../projections/types.ts";
import type { StateComparison } from "./compare-state.ts";

const EVIDENCE_MAX = 250;

/** Found where a state was built by another version of its projection, or another definition. */
export const VERSION_CHANGED = "projection.version";

/** Pure: what a comparison of a live state with its log has shown, as findings say it. */
export function stateObservations(
  projection: ProjectionConfig,
  found: StateComparison,
): readonly Observation[] {
  const { verdict, trouble } = found;
  if (trouble !== null) return [unreadable(projection, trouble.code, trouble.message)];
  const version = versionChange(projection, found);
  if (verdict.consistent) return version;
  if (verdict.ahead > 0) return [...version, ahead(projection, found)];
  return [...version, verdict.behind > 0 ? behind(projection, found) : differs(projection, found)];
}

type Said = Pick<Observation, "code" | "description" | "evidence" | "severity" | "title">;

function observed(projection: ProjectionConfig, said: Said): Observation {
  return {
    ...said,
    category: "structure",
    location: { file: projection.target },
    remedies: ["rebuild"],
  };
}

function unreadable(projection: ProjectionConfig, code: string, message: string): Observation {
  const isMissing = code === "STORE_MISSING";
  return observed(projection, {
    code: isMissing ? "projection.state.missing" : "projection.state.unreadable",
    title: isMissing ? "The state is missing" : "The state cannot be read",
    description: message,
    severity: "high",
    evidence: code,
  });
}

/** Its rows were computed by other rules than those of today, which may give the same so far. */
function versionChange(
  projection: ProjectionConfig,
  { head, wanted }: StateComparison,
): readonly Observation[] {
  if (head === null || head.definition === wanted.definition) return [];
  const isOther = head.version !== wanted.version;
  const { name } = projection;
  return [
    observed(projection, {
      code: VERSION_CHANGED,
      title: isOther ? "The state is of another version" : "The state is of another definition",
      description: isOther
        ? `${name} is of version ${wanted.version}, its state of version ${head.version}`
        : `${name} was changed since its state was built, and is still of version ${head.version}`,
      severity: "medium",
      evidence: String(head.version),
    }),
  ];
}

function behind(projection: ProjectionConfig, { verdict }: StateComparison): Observation {
  const { name, target } = projection;
  return observed(projection, {
    code: "projection.state.behind",
    title: "The state is behind its log",
    description: `${target} lacks ${counted(verdict.behind, "event")} of ${name}'s log, and ${counted(verdict.differencesTotal, "row")} differ`,
    severity: "medium",
    evidence: evidenceOf(verdict),
  });
}

/** To build it from such a log would take from it what nobody else knows. */
function ahead(projection: ProjectionConfig, { verdict }: StateComparison): Observation {
  const { log, target } = projection;
  return {
    ...observed(projection, {
      code: "projection.log.shorter",
      title: "The log lacks events that were applied",
      description: `${target} has applied ${counted(verdict.ahead, "event")} that ${log} does not have any more`,
      severity: "high",
      evidence: evidenceOf(verdict),
    }),
    remedies: [],
  };
}

function differs(projection: ProjectionConfig, { verdict }: StateComparison): Observation {
  const { target, name } = projection;
  const { differencesTotal, missingTables } = verdict;
  const rows = counted(differencesTotal, "row");
  const tables = `${missingTables.length === 1 ? "table" : "tables"} ${missingTables.join(", ")}`;
  return observed(projection, {
    code: "projection.state.differs",
    title: "The state is not what its log says",
    description:
      missingTables.length === 0
        ? `${rows} of ${target} differ from what the log of ${name} says`
        : `${target} has no ${tables}; ${rows} differ from what the log of ${name} says`,
    severity: "high",
    evidence: evidenceOf(verdict),
  });
}

function evidenceOf({ differences }: StateComparison["verdict"]): string {
  const rows = differences
    .slice(0, 5)
    .map(({ collection, key, kind }) => `${kind} ${collection} ${keyText(key)}`);
  return rows.join("; ").slice(0, EVIDENCE_MAX);
}
