import { entryModule } from "../../core/module.ts";
import { unpackTree } from "../../receipts/tree-codec.ts";
import type { Tree } from "../../receipts/types.ts";
import type { PortableInput, PortableOutput } from "./portable-job.ts";
import { comparedTables } from "./description.ts";
import type { SealRequest } from "./seal-request.ts";

/** The trees of the portable half, and what had no exact common form. */
export async function sealPortable({ live, path, described, options }: SealRequest): Promise<{
  readonly trees: readonly Tree[];
  readonly unlisted: readonly string[];
}> {
  const { pool, scratch } = live.context;
  const module = entryModule("stores/sqlite/portable-job");
  const encoding = described.header?.encoding ?? "utf-8";
  const sealed = await Promise.all(
    comparedTables(described)
      .filter(({ collection }) => !collection.internal)
      .map((table) => {
        const types = options.types ?? {};
        const input: PortableInput = { path, table, scratch, encoding, types };
        return pool.run<PortableOutput>(module, input);
      }),
  );
  return {
    trees: sealed.map(({ tree }) => unpackTree(tree)),
    unlisted: sealed.flatMap(({ unlisted }) => unlisted),
  };
}
