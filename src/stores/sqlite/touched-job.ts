import type { JobAnswer } from "../../core/pool.ts";
import { countCells } from "./format/count-cells.ts";
import { readSchema } from "./format/open-tables.ts";
import { PageFile } from "./format/page-file.ts";
import { tableDefinitions } from "./schema/catalogue.ts";
import { foldName } from "./schema/names.ts";

/** A settled file, and pages of it, from 1, both inclusive. */
export interface TouchedInput {
  readonly path: string;
  readonly pages: readonly (readonly [from: number, to: number])[];
}

/** Remembers which pages were asked for. */
class WatchedFile extends PageFile {
  readonly visited = new Set<number>();

  override copyPage(number: number, into: Uint8Array, owner: string): void {
    this.visited.add(number);
    super.copyPage(number, into, owner);
  }
}

/**
 * Names of the tables that may have a row on these pages; null when every table may: where the
 * catalogue is among them, or a page that no tree leads to, which may hold the rest of a long value.
 */
export function job({ path, pages }: TouchedInput): JobAnswer<readonly string[] | null> {
  using file = new WatchedFile(path);
  const left = new Set(pages.flatMap(([from, to]) => numbers(from, to)));
  const schema = readSchema(file);
  if ([...file.visited].some((page) => left.has(page))) return { output: null, transfer: [] };
  const definitions = tableDefinitions(schema);
  const touched: string[] = [];
  const asked = new Set(left);
  for (const { type, name, rootPage } of schema) {
    if (rootPage === 0) continue;
    const isTable = type === "table" && definitions.get(foldName(name))?.withoutRowid !== true;
    file.visited.clear();
    const isWhole = walks(file, name, rootPage, isTable ? "table" : "index");
    for (const page of file.visited) left.delete(page);
    const isTouched = [...asked].some((page) => file.visited.has(page));
    if (type === "table" && (isTouched || !isWhole)) touched.push(name);
  }
  return { output: left.size === 0 ? touched : null, transfer: [] };
}

/** False where damage keeps it from its end. */
function walks(file: PageFile, name: string, rootPage: number, kind: "table" | "index"): boolean {
  try {
    countCells(file, { name, rootPage, kind });
    return true;
  } catch {
    return false;
  }
}

function numbers(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}
