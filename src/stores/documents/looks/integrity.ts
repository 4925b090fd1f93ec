import type { Observation } from "../../../core/finding.ts";
import { emptyInspection } from "../../inspection.ts";
import type { Inspection } from "../../types.ts";
import { compareDerived } from "../derive/compare.ts";
import { Observations, observe } from "../findings.ts";
import type { HeldFolder } from "../held.ts";
import { KeyJoin } from "../keys/join-keys.ts";
import { gather } from "../survey/gather.ts";
import type { SchemaTrouble } from "../survey/schema-job.ts";
import { entryModule } from "../../../core/module.ts";
import { blindSpecs } from "./obstacles.ts";
import { isComplete, requestOf, type HeldDocuments } from "./held-documents.ts";

/** Do the documents keep their schemas, keys, references, states and orders? */
export async function integrityOfFolder(
  { folder }: HeldDocuments,
  signal: AbortSignal,
): Promise<Inspection> {
  if (folder === null) return { ...emptyInspection, complete: false };
  const { live, documents } = folder;
  const found = new Observations();
  const brokenNames = new Set<string>();
  const missing: Observation[] = [];
  const context = {
    specs: live.specs,
    nameOf: (file: number) => folder.files[file]?.name ?? "",
    unreadable: brokenNames,
    take: (each: Observation) => void missing.push(each),
  };
  using join = new KeyJoin(context, live.tree.context.scratch);
  const wanted = { rules: true, keys: true, derived: true };
  const gathered = await gather(requestOf(folder, wanted), { keys: join.sinks }, signal);
  for (const { number, name } of documents) {
    if ((gathered.files.get(number)?.unreadable ?? 0) > 0) brokenNames.add(stemOf(name));
  }
  const { candidates } = join.finish();
  found.takeAll(await schemaTroubles(folder));
  found.takeAll(gathered.observations, gathered.more);
  found.takeAll(missing);
  found.takeAll(compareDerived(live.specs, gathered, blindSpecs(folder)));
  found.takeAll(candidates);
  return {
    ...emptyInspection,
    observations: found.list(),
    complete: isComplete(folder),
    checked: gathered.documents.reduce((sum, each) => sum + each, 0),
  };
}

function stemOf(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1).replace(/\.[^.]*$/, "");
}

/** A schema that cannot be used proves nothing, and its owner has to know. */
async function schemaTroubles({ live }: HeldFolder): Promise<readonly Observation[]> {
  const paths = live.specs.flatMap(({ name, schema }) =>
    schema === undefined ? [] : [{ name, schema }],
  );
  if (paths.length === 0) return [];
  const module = entryModule("stores/documents/survey/schema-job");
  const troubles = await live.tree.context.pool.run<readonly SchemaTrouble[]>(module, paths);
  return troubles.map(({ name, trouble }) =>
    observe("documents.schema.unusable", `the schema of ${name} cannot be used: ${trouble}`, {
      table: name,
    }),
  );
}
