import { entryModule } from "../../../core/module.ts";
import type { WorkerPool } from "../../../core/pool.ts";
import type { AssignedFile } from "./assign.ts";
import { batches } from "./batches.ts";
import { packFiles } from "./packed-files.ts";
import type { CollectionSpec, SurveyInput, SurveyOutput, Wanted } from "./types.ts";

/** What is surveyed, and for what. */
export interface SurveyRequest {
  readonly pool: WorkerPool;
  readonly specs: readonly CollectionSpec[];
  /** None of them too large. */
  readonly files: readonly AssignedFile[];
  readonly wanted: Wanted;
}

/** Reads files in all threads; yields what each batch has shown, in the order of the files. */
export async function* survey(
  { pool, specs, files, wanted }: SurveyRequest,
  signal: AbortSignal,
): AsyncGenerator<SurveyOutput> {
  const module = entryModule("stores/documents/survey/survey-job");
  const waiting: Promise<SurveyOutput>[] = [];
  try {
    for await (const batch of batches(files, specs, signal)) {
      const input: SurveyInput = { collections: specs, files: packFiles(batch), wanted };
      const running = pool.run<SurveyOutput>(module, input, [input.files.numbers.buffer]);
      running.catch(() => {}); // seen when its turn comes
      waiting.push(running);
      const first = waiting.length > pool.size + 1 ? waiting.shift() : undefined;
      if (first !== undefined) yield await first;
    }
    for (const each of waiting.splice(0)) {
      signal.throwIfAborted();
      yield await each;
    }
  } finally {
    await Promise.allSettled(waiting);
  }
}
