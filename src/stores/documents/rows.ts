import { join } from "node:path";

import { SalvorError } from "../../core/errors.ts";
import { RunWriter } from "../../receipts/sorted-runs.ts";
import { SortingSink } from "../../receipts/sorting-sink.ts";
import type { Entry } from "../../receipts/types.ts";
import { entriesOf, rangeSink } from "../entry-run.ts";
import type { KeyRange } from "../types.ts";
import type { HeldFolder } from "./held.ts";
import { requestOf } from "./looks/held-documents.ts";
import { FILES, scanNames } from "./survey/file-rows.ts";
import { gather } from "./survey/gather.ts";

/** The exact rows of one collection, in the order of their keys. */
export async function* folderRows(
  folder: HeldFolder,
  collection: string,
  range: KeyRange,
  signal: AbortSignal,
): AsyncIterable<Entry> {
  const { live } = folder;
  const { scratch, world, disk } = live.tree.context;
  const at = live.specs.findIndex(({ name }) => name === collection);
  if (at < 0 && collection !== FILES.name) throw unknown(live.tree.identity.name, collection);
  const path = join(scratch, world.newId("rows"));
  try {
    using writer = new RunWriter(path);
    using sorter = new SortingSink(rangeSink(range, writer), { scratch });
    if (at < 0) scanNames(folder, sorter);
    else {
      const request = requestOf(folder, { entries: "exact" });
      const files = request.files.filter((file) => file.collection === at);
      const entries = live.specs.map((_, place) => (place === at ? sorter : nothing));
      await gather({ ...request, files }, { entries }, signal);
    }
    sorter.finish();
    yield* entriesOf(writer.finish(), signal);
  } finally {
    await disk.remove(path);
  }
}

const nothing = { add: () => {} };

function unknown(store: string, collection: string): SalvorError {
  return new SalvorError("NOT_FOUND", `${store} has no collection ${collection}`, {
    hint: 'Run "salvor receipt" to see what it has.',
  });
}
