import { DatabaseSync } from "node:sqlite";

import { fileTrouble } from "../../../core/file-trouble.ts";
import type { HostTask } from "../../host/messages.ts";
import { HeldBytes } from "../survey/held-bytes.ts";
import { isLines } from "../survey/lines.ts";
import { readJsonFile, readLines, type ReadDocument } from "../survey/read-file.ts";
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
    for (const file of files) {
      const [spec, writer] = [specs[file.collection], writers[file.collection]];
      if (spec === undefined || writer === undefined) continue;
      const held = bytes.of(file);
      for (const document of documentsIn(file, spec, held))
        writer.add(file.name, document.step, exactValue(held, document));
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

function* documentsIn(
  file: SurveyFile,
  spec: CollectionSpec,
  bytes: Uint8Array,
): Generator<ReadDocument> {
  if (!isLines(spec, file.name)) {
    yield* readJsonFile(bytes, spec).documents;
    return;
  }
  for (const { read } of readLines(bytes, file.before.lines)) yield* read.documents;
}

function exactValue(bytes: Uint8Array, document: ReadDocument): ExactJson {
  return document.reading === "same" ? document.value : exactOf(bytes, document);
}
