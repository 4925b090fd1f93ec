import type { Observation } from "../../../core/finding.ts";
import { Claims, Trouble } from "./claims.ts";
import type { Walked } from "./structure-job.ts";
import { cutEvidence } from "../../evidence.ts";
import type { Tree } from "./trees.ts";

/** Trees and owners as our walker found them. */
interface Known {
  readonly trees: readonly Tree[];
  readonly claims: Claims;
  /** Tables with a page that our walker found damaged. */
  readonly hurtTables: ReadonlySet<string>;
  /** An index that is hurt, where our walker found nothing else so; else null. */
  readonly onlyIndex: Tree | null;
}

const OF_INDEX = [
  /^wrong # of entries in index (.+)$/,
  /^row \d+ missing from index (.+)$/,
  /^row -?\d+ values differ from index (.+)$/,
  /^non-unique entry in index (.+)$/,
  /^rowid not at end-of-record for row -?\d+ of index (.+)$/,
] as const;
const OF_PAGE = /^(?:\*\*\* in database \w+ \*\*\*\s*)?(?:Tree \d+ page (\d+)|Page (\d+))\b/;
const OF_RULE =
  /^(?:(?:NULL|NUMERIC|TEXT|non-\w+) value in (.+)\.[^.]+|CHECK constraint failed in (.+))$/;
const OF_VIRTUAL = /^malformed inverted index for FTS\d table \w+\.(.+)$/;
const TOLD_TOGETHER_MAX = 5;
const GIVEN_UP = /^database disk image is malformed$/;
const UNUSED = /^(?:\*\*\* in database \w+ \*\*\*\s*)?Page \d+: never used$/;

/**
 * Gives the engine's complaints a place, as far as their words tell one, and puts those of one kind
 * about one index together. What hurts an index alone is mended by building it anew.
 */
export function placeComplaints(
  complaints: readonly Observation[],
  walked: Walked | null,
): readonly Observation[] {
  const known = walked === null ? null : knownOf(walked);
  const groups = new Map<string, Observation[]>();
  for (const complaint of complaints.flatMap(byLine)) {
    const placed = known === null ? complaint : place(complaint, known);
    const key = JSON.stringify([placed.code, placed.location, placed.severity]);
    groups.set(key, [...(groups.get(key) ?? []), placed]);
  }
  return [...groups.values()].flatMap(together);
}

/** The engine may say several things in one message, each on a line of its own. */
function byLine(complaint: Observation): readonly Observation[] {
  if (complaint.code !== "sqlite.engine.check") return [complaint];
  const lines = complaint.description.split("\n").filter((line) => !line.startsWith("***"));
  return lines.length < 2
    ? [complaint]
    : lines.map((line) => ({
        ...complaint,
        description: line,
        evidence: cutEvidence(line),
      }));
}

function knownOf(walked: Walked): Known {
  const { trees, claims, pageCount } = walked;
  const owners = new Claims(pageCount, claims);
  const hurtTables = new Set<string>();
  for (let page = 1; page <= pageCount; page++) {
    if (owners.trouble[page] === Trouble.none) continue;
    const tree = trees[(owners.owner[page] as number) - 1];
    if (tree?.type === "table") hurtTables.add(tree.name);
  }
  return { trees, claims: owners, hurtTables, onlyIndex: onlyIndexOf(walked) };
}

function onlyIndexOf({ observations, trees }: Walked): Tree | null {
  const serious = observations.filter(({ severity }) => severity !== "low");
  const names = serious.map(({ location }) => location.index);
  if (names.length === 0 || names.includes(undefined)) return null;
  return trees.find(({ type, name }) => type === "index" && name === names[0]) ?? null;
}

function place(complaint: Observation, known: Known): Observation {
  if (complaint.code !== "sqlite.engine.check") return complaint;
  const { description } = complaint;
  // The engine does not say what it stumbled over; where only one thing is hurt, it was that.
  if (GIVEN_UP.test(description) && known.onlyIndex !== null)
    return ofTree(complaint, known.onlyIndex, known);
  if (UNUSED.test(description)) return { ...complaint, code: "sqlite.engine.unused", ...UNUSED_IS };
  const [, ruled, checked] = OF_RULE.exec(description) ?? [];
  const table = ruled ?? checked;
  if (table !== undefined) return { ...complaint, ...RULE_IS, location: { table } };
  const [, virtual] = OF_VIRTUAL.exec(description) ?? [];
  if (virtual !== undefined) return { ...complaint, location: { table: virtual } };
  const index = OF_INDEX.map((form) => form.exec(description)?.[1]).find((name) => name);
  if (index !== undefined) {
    const tree = known.trees.find(({ type, name }) => type === "index" && name === index);
    return tree === undefined ? complaint : ofTree(complaint, tree, known);
  }
  const [, inTree, alone] = OF_PAGE.exec(description) ?? [];
  const page = Number(inTree ?? alone ?? 0);
  if (!known.claims.exists(page)) return complaint;
  const tree = known.trees[(known.claims.owner[page] as number) - 1];
  const placed = { ...complaint, location: { page } };
  return tree === undefined ? placed : ofTree(placed, tree, known);
}

/** Values that break a rule are the other look's to weigh; no page is damaged by them. */
const RULE_IS = {
  code: "sqlite.engine.rule",
  title: "The engine finds values that their table forbids",
  severity: "low",
  category: "rule",
  remedies: [],
} as const;

/** Our own walker has said it already, by page and with what it means. */
const UNUSED_IS = {
  title: "The engine finds pages that nothing uses",
  severity: "low",
  remedies: [],
} as const;

function ofTree(complaint: Observation, tree: Tree, { hurtTables }: Known): Observation {
  if (tree.type === "table")
    return { ...complaint, location: { ...complaint.location, table: tree.table } };
  const location = { ...complaint.location, table: tree.table, index: tree.name };
  // Where the table is hurt too, an index may be the only one to know its rows.
  if (hurtTables.has(tree.table)) return { ...complaint, location };
  return {
    ...complaint,
    code: "sqlite.engine.index",
    title: "The engine's own check fails in an index",
    severity: "high",
    location,
    remedies: ["reindex"],
  };
}

function together(alike: readonly Observation[]): readonly Observation[] {
  const [first] = alike;
  if (first === undefined || alike.length === 1) return alike;
  const told = [...new Set(alike.map(({ description }) => description))];
  const shown = told.slice(0, TOLD_TOGETHER_MAX).join("; ");
  const more = alike.length - Math.min(told.length, TOLD_TOGETHER_MAX);
  return [{ ...first, description: more > 0 ? `${shown}; and ${more} more like this` : shown }];
}
