import { SalvorError } from "../../core/errors.ts";
import { siblingModule } from "../../core/module.ts";
import { sealReceipt } from "../../receipts/seal.ts";
import { unpackTree } from "../../receipts/tree-codec.ts";
import type { ReferenceSeal, SealedReceipt, Tree } from "../../receipts/types.ts";
import { comparedTables, type Description } from "./description.ts";
import { columnList, type OrphansInput } from "./orphans-task.ts";
import { sealPortable } from "./seal-portable.ts";
import type { TableInput } from "./scan-table.ts";
import type { SealRequest } from "./seal-request.ts";

/** The receipt of an image: each table's tree by our decoder, the orphans by the engine. */
export async function sealImage(request: SealRequest, signal: AbortSignal): Promise<SealedReceipt> {
  const { live, at, described, options, recorded } = request;
  const [trees, references, portable] = await Promise.all([
    sealTables(request),
    sealReferences(request, signal),
    options.portable ? sealPortable(request) : null,
  ]);
  signal.throwIfAborted();
  return sealReceipt({
    store: live.identity.name,
    at,
    consistency: "transaction",
    trees,
    references,
    schemaElements: described.elements,
    portable,
    recorded,
    level: "none",
  });
}

function sealTables({ live, path, described }: SealRequest): Promise<Tree[]> {
  const { pool, scratch } = live.context;
  const module = siblingModule(import.meta.url, "seal-job");
  return Promise.all(
    comparedTables(described).map(async ({ collection }) => {
      const input: TableInput = { path, table: collection.name, scratch };
      return unpackTree(await pool.run<ArrayBuffer>(module, input));
    }),
  );
}

async function sealReferences(
  { live, path, described }: SealRequest,
  signal: AbortSignal,
): Promise<readonly ReferenceSeal[]> {
  if (!described.hasForeignKeys) return [];
  const input: OrphansInput = { path };
  try {
    return await live.context.hosts.run(
      "engine",
      siblingModule(import.meta.url, "orphans-task"),
      input,
      signal,
    );
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof SalvorError) || error.code !== "STORE_DAMAGED") throw error;
    return uncheckedReferences(described);
  }
}

/** The engine cannot run on this image; the references are declared all the same. */
function uncheckedReferences(described: Description): readonly ReferenceSeal[] {
  return comparedTables(described).flatMap(({ collection, definition }) =>
    definition.foreignKeys.map(({ columns, parent, parentColumns }) => ({
      from: `${collection.name}.${columnList(columns)}`,
      to: parentColumns.length === 0 ? parent : `${parent}.${columnList(parentColumns)}`,
      orphans: null,
    })),
  );
}
