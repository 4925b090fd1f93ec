import type { JobAnswer } from "../../../core/pool.ts";
import { schemaReader } from "../rules/rules-of.ts";
import { Batch } from "./batch.ts";
import { FileSurveyor } from "./file-surveyor.ts";
import { HeldBytes } from "./held-bytes.ts";
import { unpackFiles } from "./packed-files.ts";
import type { SurveyInput, SurveyOutput } from "./types.ts";

/** Reads some files of a held folder, and tells what was wanted of them. */
export async function job({
  collections,
  files,
  wanted,
}: SurveyInput): Promise<JobAnswer<SurveyOutput>> {
  const batch = new Batch(collections);
  const schemas = wanted.rules ? await schemaReader(collections) : null;
  const surveyor = new FileSurveyor(collections, wanted, batch, schemas);
  using bytes = new HeldBytes();
  for (const file of unpackFiles(files)) surveyor.survey(file, bytes.of(file));
  const output = batch.finish();
  const transfer = [...output.entries, ...output.keys].map(({ entries }) => entries.buffer);
  return { output, transfer };
}
