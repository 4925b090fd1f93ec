import type { BTree } from "./b-tree.ts";
import { damaged } from "./damage.ts";
import type { PageFile } from "./page-file.ts";

const INTERIOR_INDEX = 2;
const INTERIOR_TABLE = 5;
const LEAF_INDEX = 10;
const LEAF_TABLE = 13;

/**
 * Counts the rows of a b-tree from what its pages claim, without reading a single one: each page of
 * the tree is read once, overflow pages never. Always ends, whatever the bytes say.
 *
 * @throws {SalvorError} STORE_DAMAGED with file, page and name of the tree.
 */
export function countCells(file: PageFile, tree: BTree): number {
  const page = Buffer.alloc(file.pageSize);
  const isTable = tree.kind === "table";
  const pending = [tree.rootPage];
  let pagesLeft = file.pageCount;
  let count = 0;
  for (;;) {
    const number = pending.pop();
    if (number === undefined) return count;
    const fail = (what: string): Error =>
      damaged(file.path, `page ${number} of ${tree.name} ${what}`);
    if (pagesLeft-- <= 0) throw fail("is reached a second time");
    file.copyPage(number, page, tree.name);
    const start = number === 1 ? 100 : 0;
    const type = page[start];
    const cells = page.readUInt16BE(start + 3);
    const isLeaf = type === (isTable ? LEAF_TABLE : LEAF_INDEX);
    if (!isLeaf && type !== (isTable ? INTERIOR_TABLE : INTERIOR_INDEX))
      throw fail(`has type ${type} where a page of this ${tree.kind} must be`);
    const pointers = start + (isLeaf ? 8 : 12);
    if (pointers + 2 * cells > file.usable) throw fail(`claims ${cells} cells, which do not fit`);
    if (isLeaf || !isTable) count += cells;
    if (isLeaf) continue;
    pending.push(page.readUInt32BE(pointers - 4));
    // The leftmost child comes last: it is read next, so that the file is read forward.
    for (let index = cells - 1; index >= 0; index--) {
      const at = page.readUInt16BE(pointers + 2 * index);
      if (at + 4 > file.usable) throw fail("has a cell beyond its end");
      pending.push(page.readUInt32BE(at));
    }
  }
}
