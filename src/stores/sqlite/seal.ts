import { SalvorError } from "../../core/errors.ts";
import { entryModule } from "../../core/module.ts";
import { sealReceipt } from "../../receipts/seal.ts";
import { unpackTree } from "../../receipts/tree-codec.ts";
import type { ReferenceSeal, SealedReceipt, Tree } from "../../receipts/types.ts";
import { comparedTables } from "./description.ts";
import type { StoredTable } from "./format/types.ts";
import type { OrphansInput, TableOrphans } from "./orphans-task.ts";
import { referenceSeal, rowidReferences, tablesByName, type TablesByName } from "./references.ts";
import type { SealInput, SealOutput } from "./seal-job.ts";
import { sealPortable } from "./seal-portable.ts";
import type { SealRequest } from "./seal-request.ts";

/** One table as our decoder sealed it. */
interface SealedTable {
  readonly table: StoredTable;
  readonly tree: Tree;
  /** Orphans of each foreign key as declared; null where only the engine can tell. */
  readonly orphans: readonly (number | null)[];
}

/** The receipt of an image: trees and most references by our decoder, the others by the engine. */
export async function sealImage(request: SealRequest, signal: AbortSignal): Promise<SealedReceipt> {
  const { live, at, described, options, recorded } = request;
  const byName = tablesByName(described);
  const [sealed, portable] = await Promise.all([
    Promise.all(comparedTables(described).map((table) => sealTable(request, table, byName))),
    options.portable ? sealPortable(request) : null,
  ]);
  signal.throwIfAborted();
  return sealReceipt({
    store: live.identity.name,
    at,
    consistency: "transaction",
    trees: sealed.map(({ tree }) => tree),
    references: await sealReferences(request, sealed, signal),
    schemaElements: described.elements,
    portable,
    recorded,
    level: "none",
  });
}

async function sealTable(
  { live, path }: SealRequest,
  table: StoredTable,
  byName: TablesByName,
): Promise<SealedTable> {
  const { pool, scratch } = live.context;
  const { key } = table.collection;
  const declared = rowidReferences(table, byName);
  const references = declared.filter((each) => each !== null);
  const input: SealInput = { path, table, scratch, references, isKeyless: key.length === 0 };
  const module = entryModule("stores/sqlite/seal-job");
  const { tree, orphans } = await pool.run<SealOutput>(module, input);
  const counted = orphans.values();
  return {
    table,
    tree: unpackTree(tree),
    orphans: declared.map((each) => (each === null ? null : (counted.next().value ?? null))),
  };
}

async function sealReferences(
  request: SealRequest,
  sealed: readonly SealedTable[],
  signal: AbortSignal,
): Promise<readonly ReferenceSeal[]> {
  const open = sealed.filter(({ orphans }) => orphans.includes(null));
  const asked = open.map(({ table }) => table.collection.name);
  const told = asked.length === 0 ? [] : await askEngine(request, asked, signal);
  return sealed.flatMap((each) => {
    const { definition } = each.table;
    const engine = told[open.indexOf(each)] ?? null;
    return definition.foreignKeys.map((key, index) =>
      referenceSeal(each.table, key, each.orphans[index] ?? engine?.[index] ?? null),
    );
  });
}

/** Nothing is told where the engine cannot run on the image at all. */
async function askEngine(
  { live, path }: SealRequest,
  tables: readonly string[],
  signal: AbortSignal,
): Promise<readonly TableOrphans[]> {
  const input: OrphansInput = { path, tables };
  const task = entryModule("stores/sqlite/orphans-task");
  try {
    return await live.context.hosts.run("engine", task, input, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof SalvorError) || error.code !== "STORE_DAMAGED") throw error;
    return [];
  }
}
