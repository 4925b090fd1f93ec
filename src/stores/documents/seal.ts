import type { JsonObject } from "../../core/json.ts";
import { sealReceipt } from "../../receipts/seal.ts";
import { SortingSink } from "../../receipts/sorting-sink.ts";
import { TreeBuilder } from "../../receipts/tree-builder.ts";
import type { SealedReceipt, Tree } from "../../receipts/types.ts";
import type { SealOptions } from "../types.ts";
import type { HeldFolder } from "./held.ts";
import { KeyJoin } from "./keys/join-keys.ts";
import { requestOf } from "./looks/held-documents.ts";
import { FILES, scanNames } from "./survey/file-rows.ts";
import { gather, type Gathered } from "./survey/gather.ts";
import type { Wanted } from "./survey/types.ts";
import { elementsOf } from "./schema-elements.ts";

/** Bytes that the entries of one collection may take before they are sorted in files. */
const MEMORY_BYTES = 16 << 20;

/** The receipt of a folder that is held: its documents, every name in it, and its references. */
export async function sealFolder(
  folder: HeldFolder,
  recorded: JsonObject,
  { portable }: SealOptions,
  signal: AbortSignal,
): Promise<SealedReceipt> {
  const { live, captured } = folder;
  using join = new KeyJoin(silent(folder), live.tree.context.scratch);
  const exact = await treesOf(folder, { entries: "exact", keys: true }, join, signal);
  const shared = portable ? await treesOf(folder, { entries: "portable" }, null, signal) : null;
  return sealReceipt({
    store: live.tree.identity.name,
    at: captured.at,
    consistency: captured.captured.changedTotal === 0 ? "stable" : "smeared",
    trees: [...exact.trees, namesTree(folder)],
    references: join.finish().references,
    schemaElements: elementsOf(live.specs),
    portable:
      shared === null
        ? null
        : { trees: shared.trees, unlisted: unlistedOf(folder, shared.gathered) },
    recorded: { ...recorded, ...unreadableOf(folder, exact.gathered) },
    level: "none",
  });
}

/** Collections with documents that cannot be read: those are known by their places only. */
function unreadableOf({ live }: HeldFolder, { unreadable }: Gathered): JsonObject {
  const names = live.specs.filter((_, at) => (unreadable[at] ?? 0) > 0).map(({ name }) => name);
  return names.length === 0 ? {} : { unreadable: names };
}

/** A receipt counts orphans, and words no finding. */
function silent({ live, files }: HeldFolder): ConstructorParameters<typeof KeyJoin>[0] {
  return {
    specs: live.specs,
    nameOf: (file) => files[file]?.name ?? "",
    unreadable: new Set(),
    take: () => {},
  };
}

interface Trees {
  readonly trees: readonly Tree[];
  readonly gathered: Gathered;
}

async function treesOf(
  folder: HeldFolder,
  wanted: Partial<Wanted>,
  join: KeyJoin | null,
  signal: AbortSignal,
): Promise<Trees> {
  const { scratch } = folder.live.tree.context;
  using sorters = new DisposableStack();
  const builders = folder.live.specs.map(({ name }) => new TreeBuilder(name));
  const entries = builders.map((builder) =>
    sorters.use(new SortingSink(builder, { scratch, memory: MEMORY_BYTES })),
  );
  const sinks = { entries, ...(join !== null && { keys: join.sinks }) };
  const gathered = await gather(requestOf(folder, wanted), sinks, signal);
  for (const sorter of entries) sorter.finish();
  return { trees: builders.map((builder) => builder.finish()), gathered };
}

function namesTree(folder: HeldFolder): Tree {
  const builder = new TreeBuilder(FILES.name);
  using sorter = new SortingSink(builder, { scratch: folder.live.tree.context.scratch });
  scanNames(folder, sorter);
  sorter.finish();
  return builder.finish();
}

function unlistedOf({ live }: HeldFolder, { unlisted }: Gathered): readonly string[] {
  return live.specs.flatMap(({ name }, at) => {
    const reason = unlisted[at] ?? null;
    return reason === null ? [] : [`${name}._document: ${reason}`];
  });
}
