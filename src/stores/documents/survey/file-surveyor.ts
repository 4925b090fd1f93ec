import type { Location, Observation } from "../../../core/finding.ts";
import { writeKey } from "../../../receipts/canonical.ts";
import { observe } from "../findings.ts";
import { detectPatterns } from "../repair/patterns.ts";
import { rulesOf, type SchemaReader } from "../rules/rules-of.ts";
import type { DocumentRule } from "../rules/types.ts";
import { canonicalExact, type ExactJson } from "../values/exact.ts";
import { pointerOf } from "../values/field.ts";
import { textValue } from "../values/key.ts";
import type { Batch } from "./batch.ts";
import { exactRow, ownKey, placeKey, portableRow, showDocumentKey } from "./document-key.ts";
import { exactOf } from "./exact-document.ts";
import { isLines } from "./lines.ts";
import { readJsonFile, readLines, type ReadDocument, type ReadFile } from "./read-file.ts";
import { readPart, wrapPart } from "./read-part.ts";
import { ReferenceReader } from "./references.ts";
import type { Span } from "./spans.ts";
import type { CollectionSpec, SurveyFile, Wanted } from "./types.ts";
import { observeBreach, observeFault, observePattern } from "./words.ts";

/** A file's bytes, and how one of them is placed. */
interface Open {
  readonly file: SurveyFile;
  readonly spec: CollectionSpec;
  readonly bytes: Uint8Array;
}

/** Looks at files, one at a time, as far as it is wanted. */
export class FileSurveyor {
  readonly #collections: readonly CollectionSpec[];
  readonly #wanted: Wanted;
  readonly #batch: Batch;
  readonly #rules: readonly (readonly DocumentRule[])[];
  readonly #references: ReferenceReader;

  constructor(
    collections: readonly CollectionSpec[],
    wanted: Wanted,
    batch: Batch,
    schemas: SchemaReader | null,
  ) {
    this.#collections = collections;
    this.#wanted = wanted;
    this.#batch = batch;
    this.#rules = collections.map((spec) => (wanted.rules ? rulesOf(spec, schemas) : []));
    this.#references = new ReferenceReader(collections, batch);
  }

  survey(file: SurveyFile, bytes: Uint8Array): void {
    const spec = this.#collections[file.collection];
    if (spec === undefined) return;
    const open = openPart(file, spec, bytes);
    let documents = 0;
    let unreadable = 0;
    let trouble: string | null = null;
    for (const { read, bytes: part, lines, start } of this.#reads(open)) {
      if (this.#wanted.patterns) this.#patterns(open, read, { part, lines, start });
      documents += read.documents.length;
      unreadable += read.unreadable.length;
      trouble ??= this.#faults(open, read, lines, start);
      if (this.#wantsValues(spec))
        for (const document of read.documents) this.#document(open, document, lines);
      if (this.#wanted.entries !== null)
        for (const span of read.unreadable) this.#unreadable(open, span);
    }
    this.#batch.file(file.collection, documents, { number: file.number, unreadable, trouble });
  }

  /** Does anybody want to know what is in the documents? */
  #wantsValues({ derivations, derive }: CollectionSpec): boolean {
    const { rules, keys, entries, derived } = this.#wanted;
    const isDerived = derived && (derivations.length > 0 || Object.keys(derive).length > 0);
    return rules || keys || entries !== null || isDerived;
  }

  /** What is read at a time: the whole file, or a line of it. */
  *#reads({ file, spec, bytes }: Open): Generator<Part> {
    const { lines } = file.before;
    if (file.part !== null) {
      yield { read: readPart(bytes, file.part), bytes, lines, start: 0 };
      return;
    }
    if (!isLines(spec, file.name)) {
      const read = readJsonFile(bytes, spec, this.#wantsValues(spec));
      yield { read, bytes, lines, start: 0 };
      return;
    }
    for (const { read, line, start, end } of readLines(bytes, lines, this.#wantsValues(spec)))
      yield { read, bytes: bytes.subarray(start, end), lines: lines + line, start };
  }

  /** Tells the faults; the answer is the first one that makes it no JSON, in words. */
  #faults(
    { file, spec, bytes }: Open,
    { check, unreadable }: ReadFile,
    lines: number,
    start: number,
  ): string | null {
    let trouble: string | null = null;
    const place = { file: file.name, collection: spec.name, lines };
    if (this.#wanted.faults && check.valid && unreadable.length > 0)
      this.#batch.observe(otherForm(file.name, spec));
    for (const fault of check.faults) {
      const seen = observeFault(fault, { ...place, bytes: file.before.bytes + start });
      if (fault.code === "empty" && bytes.length === 0) continue; // an empty file is told as one
      if (!check.valid) trouble ??= seen.description;
      if (this.#wanted.faults) this.#batch.observe(seen);
    }
    if (this.#wanted.faults) this.#batch.countMore(check.more);
    return trouble;
  }

  /** Tells what its damage looks like. */
  #patterns(
    { file, spec }: Open,
    { check }: ReadFile,
    { part, lines, start }: { part: Uint8Array; lines: number; start: number },
  ): void {
    const place = { file: file.name, collection: spec.name, lines };
    const bytes = file.before.bytes + start;
    for (const pattern of detectPatterns(part, check))
      this.#batch.observe(observePattern(pattern, part, { ...place, bytes, isJson: check.valid }));
  }

  #document(open: Open, document: ReadDocument, line: number): void {
    const { file, spec, bytes } = open;
    const wanted = this.#wanted;
    const { start, step, value } = document;
    const exact = document.reading === "same" ? (value as ExactJson) : exactOf(bytes, document);
    const own = ownKey(spec, exact, step);
    const key = own === null ? null : writeKey([own]);
    if (own === null && spec.key !== undefined && wanted.keys)
      this.#tellKeyless(open, document, line);
    if (wanted.rules) this.#hold(open, document, key, line);
    if (wanted.keys) {
      const alone = isLines(spec, file.name) ? null : step;
      const place = { file, byte: file.before.bytes + start, line: line + 1, step: alone };
      this.#references.read(spec, { value: exact, key, place });
    }
    if (wanted.derived) this.#derive(open, document);
    if (wanted.entries === null) return;
    const canonical = key ?? placeKey(spec.key !== undefined, file.name, step);
    this.#batch.entry(file.collection, canonical, this.#row(open, document, exact));
  }

  /** What two readers can read differently has no form in common but its bytes. */
  #row({ file, bytes }: Open, { start, end, reading }: ReadDocument, exact: ExactJson): Uint8Array {
    const part = bytes.subarray(start, end);
    if (this.#wanted.entries === "exact") return exactRow(file.name, part, true);
    if (reading !== "several") return portableRow(textValue(canonicalExact(exact)));
    this.#batch.unlisted(file.collection, "a document that is read in more than one way");
    return portableRow({ type: "text", bytes: part });
  }

  #tellKeyless(open: Open, document: ReadDocument, line: number): void {
    const { file, spec } = open;
    const location = placeOf(open, document, line);
    const where = location.line === undefined ? file.name : `${file.name}, line ${location.line}`;
    const description = `${where}: a document of ${spec.name} has no ${spec.key}`;
    this.#batch.observe(observe("documents.key.missing", description, location));
  }

  /** Holds a document against its rules. */
  #hold(open: Open, document: ReadDocument, key: Uint8Array | null, line: number): void {
    const { file, spec } = open;
    for (const rule of this.#rules[file.collection] ?? []) {
      for (const breach of rule(document.value)) {
        const shown = key === null ? null : showDocumentKey(spec.key, key);
        const place = placeOf(open, document, line);
        const location = { ...place, ...(shown !== null && { key: shown }) };
        this.#batch.observe(observeBreach(breach, location));
      }
    }
  }

  #derive({ file, spec }: Open, { value, step }: ReadDocument): void {
    for (const aggregator of this.#batch.aggregators(file.collection)) aggregator.add(value);
    if (Object.keys(spec.derive).length === 0) return;
    const steps = step === null || isLines(spec, file.name) ? [] : [step];
    this.#batch.deriving.push({ collection: file.collection, file: file.name, steps, value });
  }

  #unreadable({ file, spec, bytes }: Open, { step, start, end }: Span): void {
    const key = placeKey(spec.key !== undefined, file.name, step);
    const part = bytes.subarray(start, end);
    if (this.#wanted.entries === "portable")
      this.#batch.unlisted(file.collection, "a document that cannot be read");
    this.#batch.entry(file.collection, key, exactRow(file.name, part, false));
  }
}

/** A part of a long list gets brackets, which lie before the place where it begins. */
function openPart(file: SurveyFile, spec: CollectionSpec, bytes: Uint8Array): Open {
  if (file.part === null) return { file, spec, bytes };
  const wrapped = wrapPart(bytes, file.part);
  const before = { ...file.before, bytes: file.before.bytes - wrapped.before };
  return { file: { ...file, before }, spec, bytes: wrapped.bytes };
}

function otherForm(file: string, { name, form }: CollectionSpec): Observation {
  const description = `${file} is JSON, but not the ${form} of documents that ${name} should be`;
  return observe("documents.form", description, { file, table: name });
}

interface Part {
  readonly read: ReadFile;
  readonly bytes: Uint8Array;
  /** Lines before it. */
  readonly lines: number;
  /** Where it begins, in bytes. */
  readonly start: number;
}

/** Where a document lies; of one document a line, the line is the document. */
function placeOf({ file, spec }: Open, { step }: ReadDocument, line: number): Location {
  const isLine = isLines(spec, file.name);
  return {
    file: file.name,
    ...(isLine && { line: line + 1 }),
    pointer: isLine || step === null ? "" : pointerOf(step),
    table: spec.name,
  };
}
