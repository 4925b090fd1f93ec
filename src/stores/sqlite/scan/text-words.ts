import { Role, Trouble } from "./claims.ts";
import type { PageFacts } from "./facts.ts";
import { nameOf, type Word } from "./observations.ts";
import type { PageReader } from "./page-reader.ts";
import type { Structure } from "./structure.ts";
import { rowidAt, rowidsAt, treeOf } from "./words.ts";

interface BadTexts {
  pages: number;
  readonly first: number;
  cells: number;
}

const TREES_MAX = 1000;

/** Words text that is none, tree by tree: the engine accepts it, and some store it on purpose. */
export function* textWords(
  reader: PageReader,
  facts: PageFacts,
  structure: Structure,
): Generator<Word> {
  for (const [owner, bad] of gather(facts, structure)) {
    const tree = treeOf(structure, owner);
    const cell = facts.badTextAt[bad.first] as number;
    const rowid = rowidAt(reader, bad.first, cell);
    const where = rowid === null ? `cell ${cell} of page ${bad.first}` : `row ${rowid}`;
    yield {
      code: "sqlite.text.encoding",
      tree,
      description:
        `${bad.cells} records on ${bad.pages} pages of ${nameOf(tree)} hold text that is no ` +
        `${reader.source.encoding ?? "text"}, first ${where}`,
      location: { page: bad.first, ...(rowid === null ? {} : rowidsAt(rowid, rowid)) },
      evidence: `page ${bad.first} cell ${cell}`,
    };
  }
}

function gather(facts: PageFacts, { claims }: Structure): ReadonlyMap<number, BadTexts> {
  const found = new Map<number, BadTexts>();
  for (let page = 1; page <= claims.pageCount; page++) {
    const cells = facts.badTexts[page] as number;
    const isSound = claims.role[page] === Role.tree && claims.trouble[page] === Trouble.none;
    if (cells === 0 || !isSound) continue;
    const owner = claims.owner[page] as number;
    const bad = found.get(owner) ?? { pages: 0, first: page, cells: 0 };
    bad.pages++;
    bad.cells += cells;
    if (found.size < TREES_MAX) found.set(owner, bad);
  }
  return found;
}
