import { DatabaseSync } from "node:sqlite";

import { fileTrouble } from "../../../core/file-trouble.ts";
import type { HostTask } from "../../host/messages.ts";
import { HeldBytes } from "../survey/held-bytes.ts";
import { isLines } from "../survey/lines.ts";
import { readJsonFile, readLines, type ReadDocument, type ReadFile } from "../survey/read-file.ts";
import { readPart, wrapPart } from "../survey/read-part.ts";
import { exactOf } from "../survey/exact-document.ts";
import type { CollectionSpec, SurveyFile } from "../survey/types.ts";
import type { ExactJson } from "../values/exact.ts";
import { TableWriter } from "./table-writer.ts";

/** The documents of a held folder, and where their tables go. */
export interface TablesInput {
  /** A database that does not exist yet. */
  readonly target: string;
  readonly specs: readonly CollectionSpec[];
  /** Long JSON Lines come in several parts. */
  readonly files: readonly SurveyFile[];
}

/** Lays documents out as tables; those that cannot be read are in none. */
export const task: HostTask<TablesInput, null> = async ({ target, specs, files }) => {
  try {
    using database = new DatabaseSync(target);
    // Nobody misses it after a crash.
    database.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN");
    const writers = specs.map((spec) => writerOf(database, spec));
    using bytes = new HeldBytes();
    const broken = new Set<number>();
    for (const file of files) {
      const [spec, writer] = [specs[file.collection], writers[file.collection]];
      if (spec === undefined || writer === undefined || broken.has(file.number)) continue;
      const held = heldBytes(file, bytes.of(file));
      for (const read of readsOf(file, spec, held)) {
        for (const document of read.documents)
          writer.add(file.name, document.step, exactValue(held, document));
        if (file.part !== null && read.unreadable.length > 0) broken.add(file.number);
      }
    }
    database.exec("COMMIT");
    return null;
  } catch (error) {
    throw fileTrouble(target, error) ?? error;
  }
};

/** A rule may name a field that no document has just now. */
function writerOf(database: DatabaseSync, spec: CollectionSpec): TableWriter {
  const writer = new TableWriter(database, spec.name);
  const { key, order, references, states } = spec;
  writer.declare([
    ...(key === undefined ? [] : [key]),
    ...(states === undefined ? [] : [states.field]),
    ...order,
    ...Object.keys(references),
  ]);
  return writer;
}

function heldBytes({ part }: SurveyFile, bytes: Uint8Array): Uint8Array {
  return part === null ? bytes : wrapPart(bytes, part).bytes;
}

function* readsOf(file: SurveyFile, spec: CollectionSpec, bytes: Uint8Array): Generator<ReadFile> {
  if (file.part !== null) yield readPart(bytes, file.part);
  else if (!isLines(spec, file.name)) yield readJsonFile(bytes, spec);
  else for (const { read } of readLines(bytes, file.before.lines)) yield read;
}

function exactValue(bytes: Uint8Array, document: ReadDocument): ExactJson {
  return document.reading === "same" ? document.value : exactOf(bytes, document);
}
