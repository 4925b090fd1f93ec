import { readdirSync, type Dirent } from "node:fs";

import { diskError } from "../../../core/disk.ts";
import { systemCode } from "../../../core/errors.ts";
import { placeOf, rawOf, showPath, type RawPath } from "../../files/raw-path.ts";
import type { RecordForm } from "../json/records.ts";
import { collectionFinder } from "../survey/assign.ts";
import { isLines } from "../survey/lines.ts";
import { readJsonFile, readLines } from "../survey/read-file.ts";
import { formOf } from "../survey/spans.ts";
import { isGood, type Judge } from "./judge.ts";
import type { DocumentFate, SourceFolder } from "./types.ts";
import { fileIn } from "./versions.ts";

/** A document of a copy. */
export interface CopiedDocument {
  readonly id: string | null;
  readonly key: DocumentFate["key"];
  /** With its key, where it has one of its own in the file. */
  readonly text: Uint8Array;
}

/** A sound file of a copy, and what it holds. */
export interface CopiedFile {
  readonly raw: RawPath;
  readonly source: SourceFolder;
  /** Null for one document. */
  readonly form: RecordForm | null;
  readonly documents: readonly CopiedDocument[];
}

/** Reads a file of a copy; null where it is not there, or not good. */
export function copiedFile(source: SourceFolder, raw: RawPath, judge: Judge): CopiedFile | null {
  using file = fileIn(source, raw);
  if (file === null) return null;
  const bytes = file.read(0, file.size);
  return isLines(judge.spec, showPath(raw))
    ? copiedLines({ source, raw, bytes }, judge)
    : copiedJson({ source, raw, bytes }, judge);
}

interface Copy {
  readonly source: SourceFolder;
  readonly raw: RawPath;
  readonly bytes: Uint8Array;
}

function copiedLines({ source, raw, bytes }: Copy, judge: Judge): CopiedFile | null {
  const documents = [...readLines(bytes, 0)].map(({ start, end, line }) =>
    copiedDocument(judge, bytes.subarray(start, end), { path: showPath(raw), step: line }),
  );
  return whole({ source, raw, form: "jsonl" }, documents);
}

function copiedJson({ source, raw, bytes }: Copy, judge: Judge): CopiedFile | null {
  const { check, documents } = readJsonFile(bytes, judge.spec);
  if (!check.valid || documents.length === 0) return null;
  const form = formOf(judge.spec, JSON.parse(Buffer.from(bytes).toString()));
  const path = showPath(raw);
  const found = documents.map(({ start, end, step }) =>
    copiedDocument(judge, bytes.subarray(start, end), { path, step }),
  );
  const recordForm = form === "document" ? null : form === "array" ? "array" : "object";
  return whole({ source, raw, form: recordForm }, found);
}

function whole(
  file: Omit<CopiedFile, "documents">,
  documents: readonly (CopiedDocument | null)[],
): CopiedFile | null {
  const good = documents.filter((each) => each !== null);
  return good.length < documents.length ? null : { ...file, documents: good };
}

function copiedDocument(
  judge: Judge,
  bytes: Uint8Array,
  { path, step }: { readonly path: string; readonly step: string | number | null },
): CopiedDocument | null {
  const name = typeof step === "string" ? step : null;
  const judged = judge.document(bytes, step === null ? null : { name });
  if (!isGood(judged, null)) return null;
  const text =
    name === null ? bytes : Buffer.concat([Buffer.from(`${JSON.stringify(name)}: `), bytes]);
  const key = judged.key ?? { _path: path, ...(step !== null && { _index: step }) };
  return { id: judged.id, key, text };
}

/** The files of a copy, in the order of their names. */
function filesBelow({ root }: Pick<SourceFolder, "root">, raw: RawPath): readonly RawPath[] {
  return namesIn(placeOf(root, raw))
    .map((entry) => ({ entry, name: rawOf(entry.name) }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(({ entry, name }) => {
      const path = raw === "" ? name : `${raw}/${name}`;
      if (entry.isDirectory()) return filesBelow({ root }, path);
      return entry.isFile() ? [path] : [];
    });
}

/** None where no folder is. */
function namesIn(place: string | Buffer): readonly Dirent<Buffer>[] {
  try {
    return readdirSync(place, { withFileTypes: true, encoding: "buffer" });
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(systemCode(error) ?? "")) return [];
    throw diskError(String(place), error);
  }
}

/** The files of a copy that belong to one collection. */
export function filesOf(
  source: SourceFolder,
  {
    specs,
    collection,
    below,
  }: {
    readonly specs: Parameters<typeof collectionFinder>[0];
    readonly collection: number;
    readonly below: RawPath;
  },
): readonly RawPath[] {
  const find = collectionFinder(specs);
  return filesBelow(source, below).filter((raw) => find(showPath(raw)) === collection);
}
