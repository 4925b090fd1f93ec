import type { FullRecoveryDocument } from "../../src/app/look-documents.ts";
import type { Finding, FindingKind } from "../../src/checks/types.ts";
import { isSame, type Content } from "./content.ts";
import { nameOf, type Stand } from "./stand.ts";

/** What came of the damage in the end. */
export type Ending =
  | "unharmed"
  | "as it was"
  | "back, nothing lost"
  | "back, losses declared"
  | "kept as committed"
  /** A changed value that nothing in the file gives away. */
  | "beyond sight"
  | "not sound";

/** What a trial has shown. */
export interface Verdict {
  readonly name: string;
  readonly stand: Stand;
  /** The looks that saw something of medium or above. */
  readonly seenBy: ReadonlySet<FindingKind>;
  /** Codes of everything that was found, with how bad it is. */
  readonly codes: readonly string[];
  readonly ending: Ending;
  /** Promises that do not hold. */
  readonly faults: readonly string[];
}

const GRAVE: ReadonlySet<string> = new Set(["critical", "high", "medium"]);

/** Holds what full-recovery says against what the engine says, which knows nothing of Salvor. */
export function judge(stand: Stand, outcome: FullRecoveryDocument | Error, left: Content): Verdict {
  const name = nameOf(stand.trial);
  const nothing = { name, stand, seenBy: new Set<FindingKind>(), codes: [] };
  if (outcome instanceof Error) {
    return { ...nothing, ending: "not sound", faults: [`it threw ${outcome.stack ?? ""}`] };
  }
  const { findings } = outcome.steps.scan;
  const grave = findings.filter(({ severity, status }) => GRAVE.has(severity) && status === "open");
  const seenBy = new Set(grave.flatMap((each) => each.seenBy));
  const codes = findings.map(({ code, severity }) => `${code} (${severity})`);
  const ending = endingOf(stand, outcome, left);
  const faults = [
    ...foundFaults(stand, seenBy, findings),
    ...soundFaults(outcome, left),
    ...(ending === null ? [wrongContent(stand, outcome, left)] : []),
    ...runFaults(outcome),
  ];
  return { name, stand, seenBy, codes, ending: ending ?? "not sound", faults };
}

function foundFaults(
  stand: Stand,
  seenBy: ReadonlySet<FindingKind>,
  findings: readonly Finding[],
): readonly string[] {
  const { trial, before, after, snapshot } = stand;
  const isSeen = seenBy.size > 0;
  const what = findings.map(({ code, description }) => `${code}: ${description}`).join("\n");
  switch (trial.damage.expected) {
    case "found":
    case "put back":
      return isSeen || isSame(before, after) || isBeyondSight(stand)
        ? []
        : [`no look has seen it\n${what}`];
    case "sound":
      return isSeen ? [`something was found that is no damage\n${what}`] : [];
    case "notice":
      if (isSeen) return [`more was made of it than a notice\n${what}`];
      return untold(snapshot, after, findings).map(
        (name) => `${name}: rows gone, not told\n${what}`,
      );
  }
}

/** Tables with fewer rows than the snapshot, where no notice says how many are gone and who has them. */
function untold(
  snapshot: Content,
  after: Content,
  findings: readonly Finding[],
): readonly string[] {
  return Object.keys(after.tables).filter((name) => {
    const gone = rowsIn(snapshot, name) - rowsIn(after, name);
    const said = new RegExp(`^${name} .*\\b${gone} gone; snapshot [0-9a-f]{12} of `);
    const isTold = findings.some(
      ({ severity, description }) => severity === "low" && said.test(description),
    );
    return gone > 0 && !isTold;
  });
}

function rowsIn({ tables }: Content, name: string): number {
  return Number(tables[name]?.split(" ")[0] ?? 0);
}

/**
 * Another value where a value was, in a store that commits since its snapshot explain: SQLite has
 * no checksums, and the engine finds nothing either.
 */
function isBeyondSight({ trial, before, after }: Stand): boolean {
  const isCompared = trial.situation === "at rest" && trial.damage.blinds !== true;
  if (isCompared || after.problems.length > 0) return false;
  const names = Object.keys({ ...before.tables, ...after.tables });
  const hasAllRows = names.every((name) => rowsIn(before, name) === rowsIn(after, name));
  return before.schema === after.schema && hasAllRows;
}

function soundFaults(outcome: FullRecoveryDocument, left: Content): readonly string[] {
  if (!outcome.sound) return [`it is not sound in the end\n${shown(outcome)}`];
  return left.problems.length === 0
    ? []
    : [`WRONG "sound": ${left.problems.slice(0, 3).join("; ")}`];
}

/** Null when what is there now is nothing that may be there. */
function endingOf(
  stand: Stand,
  { sound, losses, run }: FullRecoveryDocument,
  left: Content,
): Ending | null {
  if (!sound) return "not sound";
  const { damage } = stand.trial;
  const isDone = run !== null;
  if (damage.expected === "notice") return isSame(left, stand.after) ? "kept as committed" : null;
  if (stand.back !== null) return isSame(left, stand.back) ? "back, nothing lost" : null;
  if (isSame(left, stand.before)) {
    if (isDone) return "back, nothing lost";
    return isSame(stand.after, stand.before) ? "unharmed" : "as it was";
  }
  if (isSame(left, stand.after) && isBeyondSight(stand)) return "beyond sight";
  if (damage.expected === "sound" && isSame(left, stand.after)) return "as it was";
  const isDeclared = isSame(left, stand.snapshot)
    ? losses.length > 0
    : differing(left, stand.before).every((name) =>
        losses.some(({ collection }) => collection === name),
      );
  return isDeclared && left.schema === stand.before.schema ? "back, losses declared" : null;
}

function wrongContent(stand: Stand, outcome: FullRecoveryDocument, left: Content): string {
  const wanted = stand.back ?? stand.before;
  const shows = differing(left, wanted).map(
    (name) => `${name}: ${wanted.tables[name]} -> ${left.tables[name]}`,
  );
  const others = isSame(left, stand.snapshot) ? "it is the snapshot's content" : "";
  const same = isSame(left, stand.after) ? "it is as the damage left it" : "";
  return `WRONG "sound": other content, no loss declared; ${others}${same}\n${shows.join("\n")}\n${shown(outcome)}`;
}

/** Names of tables that do not hold the same. */
function differing(left: Content, wanted: Content): readonly string[] {
  const names = Object.keys({ ...wanted.tables, ...left.tables });
  return names.filter((name) => wanted.tables[name] !== left.tables[name]);
}

function runFaults({ run, proof, sound }: FullRecoveryDocument): readonly string[] {
  if (run === null || !sound) return [];
  if (run.status !== "succeeded") return [`sound, but the run is ${run.status}`];
  return proof?.equal === true ? [] : ["sound, but the proof is not equal"];
}

function shown({ steps, run, losses }: FullRecoveryDocument): string {
  const open = steps.verify.findings.map(
    ({ code, description }) => `open: ${code}: ${description}`,
  );
  const remedies = steps.recover.remedies.map(({ remedy, why }) => `${remedy}: ${why}`);
  const failed = (run?.steps ?? []).map(
    ({ name, status, error }) => `${name} ${status} ${JSON.stringify(error)}`,
  );
  const lost = losses.slice(0, 3).map(({ reason }) => `lost: ${reason}`);
  return [...remedies, `run: ${run?.status}`, ...failed, ...open.slice(0, 5), ...lost].join("\n");
}
