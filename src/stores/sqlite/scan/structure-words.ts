import { Role } from "./claims.ts";
import type { PageFacts } from "./facts.ts";
import { nameOf, type Word } from "./observations.ts";
import type { PageReader } from "./page-reader.ts";
import type { Structure } from "./structure.ts";
import type { TreeTally } from "./tree-walk.ts";
import type { Tree } from "./trees.ts";
import type { BrokenChain, Refusal } from "./troubles.ts";
import { ownerName, pagesAt, rowidAt, rowidsAt, rowidsInWords, treeOf } from "./words.ts";

/** Words what is wrong between pages. */
export function* structureWords(
  reader: PageReader,
  _facts: PageFacts,
  structure: Structure,
): Generator<Word> {
  for (const refusal of structure.troubles.refusals) yield refusalWord(structure, refusal);
  for (const chain of structure.troubles.chains) yield chainWord(reader, structure, chain);
  yield* freelistWords(structure);
  yield* mapWords(structure);
  yield* indexWords(structure);
  yield* endWords(structure);
  yield* lostFrameWords(reader, structure);
}

function refusalWord(structure: Structure, refusal: Refusal): Word {
  const { page, parent, owner, role } = refusal;
  const tree = treeOf(structure, owner);
  const asker = owner === 0 ? "the list of free pages" : nameOf(tree);
  const from = parent === 0 ? asker : `page ${parent} of ${asker}`;
  if (structure.claims.exists(page)) {
    const isWithin = tree !== null && structure.claims.owner[page] === owner;
    return {
      code: "sqlite.page.shared",
      tree: isWithin ? tree : null,
      description: `${from} leads to page ${page}, which belongs to ${ownerName(structure, page)}`,
      location: tree === null ? { page } : { page, table: tree.table },
      evidence: `page ${parent} -> page ${page}`,
    };
  }
  const description = `${from} leads to page ${page}, which is not there`;
  const evidence = `page ${page} of ${structure.claims.pageCount}`;
  if (role !== Role.tree) {
    const location = parent === 0 ? {} : { page: parent };
    return { code: "sqlite.freelist.chain", tree: null, description, location, evidence };
  }
  if (parent === 0) return { code: "sqlite.tree.root", tree, description, location: {}, evidence };
  return childWord(structure, refusal, { tree, description, evidence });
}

function childWord(
  structure: Structure,
  { parent, owner, low, high }: Refusal,
  said: Pick<Word, "tree" | "description" | "evidence">,
): Word {
  const hasRowids = structure.tallies[owner - 1]?.hasRowids === true;
  const lost = hasRowids ? `; ${rowidsInWords(low, high)} cannot be reached` : "";
  return {
    ...said,
    code: "sqlite.tree.child",
    description: said.description + lost,
    location: { page: parent, ...(hasRowids ? rowidsAt(low, high) : {}) },
  };
}

function chainWord(reader: PageReader, structure: Structure, chain: BrokenChain): Word {
  const { owner, holder, cell, page, wanted, found, next } = chain;
  const tree = treeOf(structure, owner);
  const rowid = rowidAt(reader, holder, cell);
  const whose = rowid === null ? `cell ${cell}` : `row ${rowid}`;
  const leads = next === 0 ? "ends" : `leads to page ${next}, ${fateOf(structure, next)}`;
  return {
    code: "sqlite.overflow.chain",
    tree,
    description:
      `a long value of ${whose} on page ${holder} of ${nameOf(tree)} needs ${wanted} more ` +
      `pages; after ${found} of them page ${page} ${leads}`,
    location: { page, ...(rowid === null ? {} : rowidsAt(rowid, rowid)) },
    evidence: `page ${holder} cell ${cell}: ${found} of ${wanted}, then page ${next}`,
  };
}

function fateOf(structure: Structure, page: number): string {
  if (!structure.claims.exists(page)) return "which is not there";
  return `which belongs to ${ownerName(structure, page)}`;
}

function* freelistWords({ header, freelist }: Structure): Generator<Word> {
  const counted = header?.freelistPages ?? 0;
  if (freelist.isBroken || freelist.found === counted) return;
  const description = `the header counts ${counted} free pages, but the list has ${freelist.found}`;
  yield { code: "sqlite.freelist.count", tree: null, description, location: {} };
}

function* mapWords({ wrongEntries }: Structure): Generator<Word> {
  for (const { mapPage, page, count } of wrongEntries) {
    yield {
      code: "sqlite.pointer-map.entry",
      tree: null,
      description: `page ${mapPage} of the pointer map is wrong about ${count} pages, first page ${page}`,
      location: { page: mapPage },
    };
  }
}

/** Only where both were read whole: else the difference is told by what is damaged. */
function* indexWords({ trees, tallies }: Structure): Generator<Word> {
  const tables = new Map<string, TreeTally>();
  trees.forEach((tree, at) => {
    const tally = tallies[at];
    if (tree.type === "table" && tally !== undefined) tables.set(tree.name.toLowerCase(), tally);
  });
  for (const [at, tree] of trees.entries()) {
    const rows = tables.get(tree.table.toLowerCase());
    const tally = tallies[at];
    if (!tree.isWhole || rows === undefined || tally === undefined) continue;
    if (rows.isWhole && tally.isWhole && rows.entries !== tally.entries)
      yield entriesWord(tree, tally.entries, rows.entries);
  }
}

function entriesWord(tree: Tree, entries: number, rows: number): Word {
  return {
    code: "sqlite.index.entries",
    tree,
    description: `${nameOf(tree)} has ${entries} entries, but table "${tree.table}" has ${rows} rows`,
    location: {},
    evidence: `${entries} entries, ${rows} rows`,
  };
}

/** Pages behind the end are spare room, unless somebody uses them. */
function* endWords({ claims, end }: Structure): Generator<Word> {
  for (let page = end + 1; page <= claims.pageCount; page++) {
    if (claims.role[page] === Role.none) continue;
    const description = `the header counts ${end} pages, but page ${page} is in use`;
    yield {
      code: "sqlite.header.page-count",
      tree: null,
      description,
      location: { pages: [page, claims.pageCount] },
    };
    return;
  }
}

/** Tree by tree: what is newer there than what can be read. */
function* lostFrameWords({ source }: PageReader, structure: Structure): Generator<Word> {
  if (source.lostFrames === null) return;
  const { broken, frames, commits, pages } = source.lostFrames;
  const byOwner = Map.groupBy(pages, (page) =>
    structure.claims.exists(page) ? (structure.claims.owner[page] as number) : 0,
  );
  for (const [owner, newer] of byOwner) {
    const tree = treeOf(structure, owner);
    const whose = tree === null ? "other pages" : `pages of ${nameOf(tree)}`;
    yield {
      code: "sqlite.wal.behind",
      tree,
      description: `behind the broken frame ${broken}, newer versions of ${newer.length} ${whose} lie in the -wal`,
      location: pagesAt(newer[0] ?? 0, newer.at(-1) ?? 0),
      evidence: `${frames} frames with ${commits} commits behind frame ${broken}`,
    };
  }
}
