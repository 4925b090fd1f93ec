import { lstatSync } from "node:fs";

import { diskError } from "../../../core/disk.ts";
import { parentOf, placeOf, rawOf, showPath, type RawPath } from "../../files/raw-path.ts";
import type { RecordForm } from "../json/records.ts";
import type { CollectionSpec } from "../survey/types.ts";
import { appendRecords } from "./append-records.ts";
import { withSplices, writeDraft } from "./drafts.ts";
import type { Judge } from "./judge.ts";
import { copiedFile, filesOf, type CopiedDocument, type CopiedFile } from "./missing.ts";
import { RangeFile } from "./read-range.ts";
import type {
  DocumentFate,
  FileAttributes,
  FileChange,
  LackingCollection,
  MissingFile,
  SourceFolder,
} from "./types.ts";
import { fileIn } from "./versions.ts";

/** What bringing documents back needs. */
export interface BringBack {
  readonly specs: readonly CollectionSpec[];
  readonly sources: readonly SourceFolder[];
  readonly drafts: string;
  readonly judge: Judge;
  readonly isForgotten: (id: string) => boolean;
}

/** Files that come back, or null where no copy has any. */
export async function bringMissing(
  given: BringBack,
  { path, collection, isFolder }: MissingFile,
): Promise<readonly FileChange[] | null> {
  const { specs, sources } = given;
  for (const source of sources) {
    const below = rawOf(Buffer.from(path));
    const names = isFolder ? filesOf(source, { specs, collection, below }) : [below];
    const changes: FileChange[] = [];
    for (const raw of names) {
      const copy = copiedFile(source, raw, given.judge);
      const change = copy === null ? null : await fileBack(given, copy, copy.documents);
      if (change !== null) changes.push(change);
    }
    if (changes.length > 0) return changes;
  }
  return null;
}

/** Documents that a collection lacks come back by key; a file of records gets them at its end. */
export async function bringLacking(
  given: BringBack,
  { collection, keys, files }: LackingCollection,
  isTaken: (raw: RawPath) => boolean,
): Promise<readonly FileChange[]> {
  const { specs, sources, judge } = given;
  const there = new Set(keys);
  const live = new Map(files.map((file) => [file.raw, file]));
  const changes: FileChange[] = [];
  const isDone = (raw: RawPath): boolean => changes.some((each) => each.raw === raw);
  for (const source of sources.filter(({ back }) => back.includes(judge.spec.name))) {
    for (const raw of filesOf(source, { specs, collection, below: "" })) {
      const copy = isDone(raw) ? null : copiedFile(source, raw, judge);
      const file = live.get(raw);
      if (copy === null || (file === undefined && isTaken(raw))) continue;
      const lacking = copy.documents.filter(({ id }) =>
        id === null ? file === undefined : !there.has(id),
      );
      if (lacking.length === 0) continue;
      const change =
        file === undefined
          ? await fileBack(given, copy, lacking)
          : await recordsBack(given, copy, lacking, file);
      if (change === null) continue;
      changes.push(change);
      for (const { id } of lacking) if (id !== null) there.add(id);
    }
  }
  return changes;
}

/** A file that is not there: as the copy has it, unless some of its documents stay away. */
async function fileBack(
  given: BringBack,
  copy: CopiedFile,
  wanted: readonly CopiedDocument[],
): Promise<FileChange | null> {
  const { raw, source } = copy;
  const documents = wanted.filter(({ id }) => id === null || !given.isForgotten(id));
  if (documents.length === 0) return null;
  const isWhole = documents.length === copy.documents.length;
  using file = fileIn(source, raw);
  if (file === null) return null;
  const portions = isWhole ? file.portions() : newFile(copy.form, documents);
  const path = showPath(raw);
  const { sha256, size } = await writeDraft(given.drafts, path, portions);
  const told = fatesOf(given, copy, documents);
  const attributes = attributesIn(source, raw);
  return { raw, path, before: null, after: sha256, size, attributes, documents: told };
}

async function* newFile(
  form: RecordForm | null,
  documents: readonly CopiedDocument[],
): AsyncGenerator<Uint8Array> {
  const empty = { jsonl: "", array: "[\n]\n", object: "{\n}\n" }[form ?? "jsonl"];
  const bytes = Buffer.from(empty);
  const { from, bytes: added } = appendRecords(
    bytes,
    form ?? "jsonl",
    documents.map(({ text }) => text),
  );
  yield Buffer.concat([bytes.subarray(0, from), added, bytes.subarray(from)]);
}

async function recordsBack(
  given: BringBack,
  copy: CopiedFile,
  wanted: readonly CopiedDocument[],
  { path: place, start, size: old, sha256: before, raw }: LackingCollection["files"][number],
): Promise<FileChange | null> {
  const documents = wanted.filter(({ id }) => id !== null && !given.isForgotten(id));
  if (copy.form === null || documents.length === 0) return null;
  using file = new RangeFile(place, { start, size: old });
  const texts = documents.map(({ text }) => text);
  const splice = appendRecords(file.read(0, old), copy.form, texts);
  const path = showPath(raw);
  const { sha256, size } = await writeDraft(given.drafts, path, withSplices(file, [splice]));
  const told = fatesOf(given, copy, documents);
  return { raw, path, before, after: sha256, size, attributes: null, documents: told };
}

function fatesOf(
  { judge }: BringBack,
  { raw, source }: CopiedFile,
  documents: readonly CopiedDocument[],
): readonly DocumentFate[] {
  return documents.map(({ key }) => ({
    collection: judge.spec.name,
    path: showPath(raw),
    key,
    verdict: "restored",
    reasons: [`it was missing, and is back from ${source.name}`],
    dropped: [],
    loss: null,
  }));
}

function attributesIn({ root }: SourceFolder, raw: RawPath): FileAttributes {
  try {
    const { mode, uid, gid } = lstatSync(placeOf(root, raw));
    const folder = lstatSync(placeOf(root, parentOf(raw) ?? ""));
    return { mode: mode & 0o7777, uid, gid, folderMode: folder.mode & 0o7777 };
  } catch (error) {
    throw diskError(`${root}/${showPath(raw)}`, error);
  }
}
