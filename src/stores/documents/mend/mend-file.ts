import { checkJson } from "../json/check.ts";
import type { RecordForm } from "../json/records.ts";
import { skipSpace } from "../json/space.ts";
import { repairDocument } from "../repair/document.ts";
import { isLines } from "../survey/lines.ts";
import { formOf, formOfDamaged, type Form } from "../survey/spans.ts";
import { lost } from "./fates.ts";
import { settledList } from "./list-conflict.ts";
import { mendDocument, type MendQuestion } from "./mend-document.ts";
import { mendRecords, type MendedRecords, type Splice } from "./mend-records.ts";
import type { RangeFile } from "./read-range.ts";
import { secondList } from "./second-list.ts";
import { fileIn } from "./versions.ts";
import type { DocumentFate } from "./types.ts";

/** What a file becomes: other bytes in some places, nothing, or what it was. */
export interface FileMending {
  readonly splices: readonly Splice[] | "gone" | "same";
  readonly documents: readonly DocumentFate[];
  readonly isWanted: boolean;
}

/** Mends one file, whatever it holds. */
export async function mendFile(
  question: MendQuestion,
  file: RangeFile,
  signal: AbortSignal,
): Promise<FileMending> {
  const form = recordForm(question, file);
  if (form !== null) {
    const whole = form === "jsonl" ? null : mendWhole(question, file, form);
    if (whole !== null) return whole;
    const mended = await mendRecords(question, { file, form }, signal);
    if (isRight(mended, file, form)) return ofRecords(question, mended);
  }
  const { bytes, ...told } = mendDocument(question, file.read(0, file.size));
  if (bytes === undefined) return { ...told, splices: "same" };
  if (bytes === null) return { ...told, splices: "gone" };
  return { ...told, splices: [{ from: 0, to: file.size, bytes }] };
}

/** What is wrong with a list, and with none of its records. Null where a record is. */
function mendWhole(
  question: MendQuestion,
  file: RangeFile,
  form: Exclude<RecordForm, "jsonl">,
): FileMending | null {
  const bytes = file.read(0, file.size);
  const settled = settledList(question, bytes);
  if (settled !== null) {
    const splice = { from: 0, to: file.size, bytes: settled.bytes };
    return { splices: [splice], documents: [settled.document], isWanted: false };
  }
  const second = secondList(question, bytes, form);
  if (second === null) return null;
  const splice = { from: second.end, to: file.size, bytes: Buffer.from("\n") };
  return { splices: [splice], documents: [second.document], isWanted: false };
}

/** Null for a file that holds one document. */
function recordForm(question: MendQuestion, file: RangeFile): RecordForm | null {
  const { judge, file: suspect } = question;
  if (isLines(judge.spec, suspect.name)) return "jsonl";
  const form = formIn(question, file.read(0, file.size));
  if (form === "document") return null;
  return form === "array" ? "array" : "object";
}

/**
 * As it can be seen in the file, in the copies, or in what can be read of it. A sound copy is
 * believed before a damaged file: one bracket at its beginning makes no list of a document.
 */
function formIn({ judge: { spec }, file, sources }: MendQuestion, bytes: Uint8Array): Form {
  if (spec.form !== "auto") return formOfDamaged(spec, bytes);
  const sound = soundForm(spec, bytes);
  if (sound !== null) return sound;
  for (const source of sources) {
    using copy = fileIn(source, file.raw);
    const found = copy === null ? null : soundForm(spec, copy.read(0, copy.size));
    if (found !== null) return found;
  }
  if (formOfDamaged(spec, bytes) === "array") return "array";
  const part = repairDocument(bytes).bytes;
  return (part === null ? null : soundForm(spec, part)) ?? "document";
}

/** A larger file is not parsed to tell its form: this process has little room for values. */
const PARSED_MAX = 16 << 20;
const BRACKET = 0x5b;

/** Null for what is no JSON. */
function soundForm(spec: MendQuestion["judge"]["spec"], bytes: Uint8Array): Form | null {
  if (!checkJson(bytes).valid) return null;
  if (bytes.length <= PARSED_MAX) return formOf(spec, JSON.parse(Buffer.from(bytes).toString()));
  return bytes[skipSpace(bytes, 0)] === BRACKET ? "array" : "document";
}

/** The whole is tried before it is believed; lines are right one by one. */
function isRight({ splices }: MendedRecords, file: RangeFile, form: RecordForm): boolean {
  return form === "jsonl" || checkJson(spliced(file, splices)).valid;
}

function spliced(file: RangeFile, splices: readonly Splice[]): Uint8Array {
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (const { from, to, bytes } of splices) {
    pieces.push(file.read(at, from), bytes);
    at = to;
  }
  return Buffer.concat([...pieces, file.read(at, file.size)]);
}

/** A file of which nothing is left stands in nobody's way when a pattern has named it. */
function ofRecords(question: MendQuestion, mended: MendedRecords): FileMending {
  const { isRemovable, file } = question;
  const { splices, documents, isWanted, records } = mended;
  if (records > 0 || file.isSound) return { splices, documents, isWanted };
  const told = documents.length > 0 ? documents : [nothingLeft(question)];
  return { splices: isRemovable ? "gone" : "same", documents: told, isWanted };
}

function nothingLeft({ file: { name }, judge }: MendQuestion): DocumentFate {
  const reasons = ["nothing is left of it"];
  const repair = { verdict: "lost", bytes: null, edits: [], dropped: [], reasons } as const;
  const told = { collection: judge.spec.name, path: name, key: { _path: name } };
  return { ...told, reasons, dropped: [], loss: null, ...lost(repair) };
}
