import { derivedDifferences, type DerivedDifference } from "../derive/compare.ts";
import type { HeldFolder } from "../held.ts";
import { requestOf } from "../looks/held-documents.ts";
import { blindSpecs } from "../looks/obstacles.ts";
import type { HeldFile } from "../survey/held-file.ts";
import { gather } from "../survey/gather.ts";
import { ownKey, showDocumentKey } from "../survey/document-key.ts";
import { writeKey } from "../../../receipts/canonical.ts";
import { writeDraft } from "./drafts.ts";
import { RangeFile } from "./read-range.ts";
import { setValue } from "./set-value.ts";
import type { DocumentFate, FileChange } from "./types.ts";

/** What is derived, and of how many documents. */
export interface Derived {
  readonly changes: readonly FileChange[];
  /** Documents that can be read. */
  readonly documents: number;
}

/**
 * What documents that say something of others become when they say what is so; only these values
 * change in their texts.
 *
 * @param folder as all else will be.
 */
export async function deriveChanges(
  folder: HeldFolder,
  drafts: string,
  signal: AbortSignal,
): Promise<Derived> {
  const { live } = folder;
  const gathered = await gather(requestOf(folder, { derived: true }), {}, signal);
  const byFile = Map.groupBy(
    derivedDifferences(live.specs, gathered, blindSpecs(folder)),
    ({ document }) => document.file,
  );
  const changes: FileChange[] = [];
  for (const [name, differences] of byFile) {
    const file = folder.files.find((each) => each.name === name);
    const change = file === undefined ? null : await deriveChange(file, differences, drafts);
    if (change !== null) changes.push(change);
  }
  return { changes, documents: gathered.documents.reduce((sum, each) => sum + each, 0) };
}

async function deriveChange(
  held: HeldFile,
  differences: readonly DerivedDifference[],
  drafts: string,
): Promise<FileChange | null> {
  const { raw, name, path, start, size, sha256: before } = held;
  using file = new RangeFile(path, { start, size });
  let bytes: Uint8Array = file.read(0, size);
  const done: DerivedDifference[] = [];
  for (const difference of differences) {
    const { document, steps, value } = difference;
    const changed = setValue(bytes, [...document.steps, ...steps], value);
    if (changed === null) continue;
    bytes = changed;
    done.push(difference);
  }
  if (done.length === 0) return null;
  const written = await writeDraft(drafts, name, once(bytes));
  return {
    raw,
    path: name,
    before,
    after: written.sha256,
    size: written.size,
    attributes: null,
    documents: fatesOf(done),
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** One for each document, which may be one of several in its file. */
function fatesOf(differences: readonly DerivedDifference[]): readonly DocumentFate[] {
  const byDocument = Map.groupBy(differences, ({ document }) => JSON.stringify(document.steps));
  return [...byDocument.values()].flatMap((all): readonly DocumentFate[] => {
    const [first] = all;
    if (first === undefined) return [];
    const { document, spec } = first;
    const reasons = all.map(({ steps, said, value }) => {
      const claim = said === undefined ? "was not there" : `was ${JSON.stringify(said)}`;
      return `${steps.join(".")} ${claim}, and is ${JSON.stringify(value)} by what is there`;
    });
    const told = { collection: spec.name, path: document.file, key: keyOf(first) };
    return [{ ...told, verdict: "derived", reasons, dropped: [], loss: null }];
  });
}

function keyOf({ document: { value, file, steps }, spec }: DerivedDifference): DocumentFate["key"] {
  const [step = null] = steps;
  const own = ownKey(spec, value, step);
  if (own !== null) return showDocumentKey(spec.key, writeKey([own]));
  return { _path: file, ...(step !== null && { _index: step }) };
}
