import type { JobAnswer } from "../../../core/pool.ts";
import { Batch } from "./batch.ts";
import { FileSurveyor } from "./file-surveyor.ts";
import { HeldBytes } from "./held-bytes.ts";
import type { SurveyInput, SurveyOutput } from "./types.ts";

/** Reads some files of a held folder, and tells what was wanted of them. */
export async function job({
  collections,
  files,
  wanted,
}: SurveyInput): Promise<JobAnswer<SurveyOutput>> {
  const batch = new Batch(collections);
  const hasSchemas = wanted.rules && collections.some(({ schema }) => schema !== undefined);
  // Loaded where it is needed: that takes longer than looking at a thousand documents.
  const schemas = hasSchemas ? (await import("../rules/schema.ts")).schemaRule : null;
  const surveyor = new FileSurveyor(collections, wanted, batch, schemas);
  using bytes = new HeldBytes();
  for (const file of files) surveyor.survey(file, bytes.of(file));
  const output = batch.finish();
  const transfer = [...output.entries, ...output.keys].map(({ entries }) => entries.buffer);
  return { output, transfer };
}
