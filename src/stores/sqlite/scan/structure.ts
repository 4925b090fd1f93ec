import { isHeader, readHeader, type DatabaseHeader } from "../format/header.ts";
import { Claims, Role } from "./claims.ts";
import { followChains } from "./chains.ts";
import type { ScanControl } from "./control.ts";
import type { PageFacts } from "./facts.ts";
import { walkFreelist, type FreelistTally } from "./freelist.ts";
import { blameMisfits } from "./misfits.ts";
import { judgeLongTexts } from "./long-texts.ts";
import type { PageReader } from "./page-reader.ts";
import { checkPointerMap, lockPage, pointerMapPages, type WrongEntry } from "./pointer-map.ts";
import { readSchemaRows } from "./schema-rows.ts";
import { survey, type Survey } from "./survey.ts";
import { TreeWalk, type TreeTally } from "./tree-walk.ts";
import { SCHEMA_TREE, treesOf, type Tree } from "./trees.ts";
import { Troubles } from "./troubles.ts";

/** How the pages of a database hang together. */
export interface Structure {
  readonly header: DatabaseHeader | null;
  /** Numbered from 1, as claims name them. */
  readonly trees: readonly Tree[];
  readonly tallies: readonly TreeTally[];
  readonly claims: Claims;
  readonly troubles: Troubles;
  readonly freelist: FreelistTally;
  readonly wrongEntries: readonly WrongEntry[];
  /** The last page that the header counts; the file may have more behind it. */
  readonly end: number;
  readonly survey: Survey;
}

/** Finds the owner of every page from the facts of all, reading little more than interior pages. */
export function findStructure(
  reader: PageReader,
  facts: PageFacts,
  spills: readonly Uint32Array[],
  control: ScanControl,
): Structure {
  const { source } = reader;
  const header = headerOf(reader);
  const claims = new Claims(source.pageCount);
  const troubles = new Troubles(claims, facts);
  const common = { claims, troubles, control };
  claimFixedPages(reader, claims, header);
  const { trees, tallies } = walkTrees(reader, facts, common);
  followChains({ spills, facts, ...common });
  judgeLongTexts(reader, { spills, facts, claims, control });
  const freelist =
    header === null ? { found: 0, isBroken: false } : walkFreelist(reader, header, common);
  const isMapped = header !== null && header.largestRootPage > 0;
  const wrongEntries = isMapped ? checkPointerMap(reader, claims, control) : [];
  blameMisfits(trees, facts, claims, tallies);
  const end = endOf(header, source.pageCount);
  const seen = survey(facts, claims, end);
  return {
    header,
    trees,
    tallies,
    claims,
    troubles,
    freelist,
    wrongEntries,
    end,
    survey: seen,
  };
}

function headerOf(reader: PageReader): DatabaseHeader | null {
  if (reader.source.pageCount === 0) return null;
  const bytes = reader.buffer();
  reader.read(1, 1, bytes);
  const header = readHeader(bytes);
  return isHeader(header) ? header : null;
}

function claimFixedPages(
  { source }: PageReader,
  claims: Claims,
  header: DatabaseHeader | null,
): void {
  claims.claim(lockPage(source), Role.lock, 0, 0);
  if (header === null || header.largestRootPage === 0) return;
  for (const page of pointerMapPages(source)) claims.claim(page, Role.pointerMap, 0, 0);
}

function walkTrees(
  reader: PageReader,
  facts: PageFacts,
  common: { claims: Claims; troubles: Troubles; control: ScanControl },
): Pick<Structure, "trees" | "tallies"> {
  // A file of no bytes is a database without tables.
  if (facts.pageCount === 0) return { trees: [], tallies: [] };
  const walk = new TreeWalk(reader, facts, common);
  const leaves: number[] = [];
  const schema = walk.walk(SCHEMA_TREE, 1, leaves);
  const trees = treesOf(readSchemaRows(reader, facts, leaves));
  const tallies = trees.map((tree, at) => (at === 0 ? schema : walk.walk(tree, at + 1)));
  walk.walkDoubtful();
  return { trees, tallies };
}

/** The header's count holds only when the same version wrote it; files may be larger on purpose. */
function endOf(header: DatabaseHeader | null, pageCount: number): number {
  if (header === null || header.headerPages === 0) return pageCount;
  const isCounted = header.versionValidFor === header.changeCounter;
  return isCounted ? Math.min(header.headerPages, pageCount) : pageCount;
}
