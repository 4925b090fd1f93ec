import type { FindingCategory, Location, Observation, Severity } from "../../../core/finding.ts";
import { cutEvidence } from "../../evidence.ts";
import type { Tree } from "./trees.ts";

const CATALOGUE = {
  "sqlite.page.damaged": ["A page is damaged inside", "critical"],
  "sqlite.page.torn": ["A page is torn", "critical"],
  "sqlite.page.zeroed": ["A page is all zeros", "critical"],
  "sqlite.page.kind": ["A page is not what its place asks for", "critical"],
  "sqlite.page.order": ["A page holds rows that belong elsewhere", "critical"],
  "sqlite.page.foreign": ["A page holds records of something else", "critical"],
  "sqlite.page.shared": ["A page has two owners", "critical"],
  "sqlite.page.unowned": ["A page has no owner", "medium"],
  "sqlite.page.orphaned": ["A page has lost its owner", "low"],
  "sqlite.tree.child": ["A page names others that are not its own", "critical"],
  "sqlite.tree.depth": ["A tree is not equally deep everywhere", "high"],
  "sqlite.tree.root": ["A table or index has no root page", "critical"],
  "sqlite.overflow.chain": ["A long value is broken off", "critical"],
  "sqlite.index.entries": ["An index does not match its table", "high"],
  "sqlite.freelist.chain": ["The list of free pages is broken", "medium"],
  "sqlite.freelist.count": ["The list of free pages is miscounted", "medium"],
  "sqlite.pointer-map.entry": ["The pointer map is wrong", "medium"],
  "sqlite.header.page-count": ["The header counts too few pages", "high"],
  "sqlite.wal.behind": ["Committed pages lie behind a broken frame of the -wal", "high"],
  "sqlite.text.encoding": ["Text is not in the database's encoding", "low"],
  "sqlite.scan.more": ["There is more damage", "medium"],
} as const satisfies Record<string, readonly [string, Severity]>;

/** A code of the catalogue. */
export type ScanCode = keyof typeof CATALOGUE;

/** What is said of one place. `tree` is whose page it is; null where that is nobody's. */
export interface Word {
  readonly code: ScanCode;
  readonly tree: Tree | null;
  readonly description: string;
  readonly location: Location;
  readonly evidence?: string;
  readonly severity?: Severity;
}

const RESTORE = ["restore-beside", "exchange"] as const;
const CATEGORY: FindingCategory = "corruption";

/** Words an observation of the catalogue. What hurts an index alone is mended by building it anew. */
export function observe(word: Word): Observation {
  const { code, tree, description, location } = word;
  const [title, usual] = CATALOGUE[code];
  const isIndex = tree?.type === "index";
  const severity = word.severity ?? (isIndex && usual === "critical" ? "high" : usual);
  return {
    code,
    title,
    description,
    severity,
    category: CATEGORY,
    location: { ...location, ...placeOf(tree) },
    evidence: cutEvidence(word.evidence ?? ""),
    remedies: remediesOf(severity, isIndex),
  };
}

/** A table or index, by name. */
export function nameOf(tree: Tree | null): string {
  return tree === null ? "no table" : `${tree.type} "${tree.name}"`;
}

function placeOf(tree: Tree | null): Location {
  if (tree === null) return {};
  return tree.type === "index" ? { table: tree.table, index: tree.name } : { table: tree.table };
}

function remediesOf(severity: Severity, isIndex: boolean): readonly string[] {
  if (severity === "low" || severity === "info") return [];
  return isIndex ? ["reindex"] : RESTORE;
}
