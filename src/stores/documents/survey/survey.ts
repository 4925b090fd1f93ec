import { entryModule } from "../../../core/module.ts";
import type { WorkerPool } from "../../../core/pool.ts";
import type { AssignedFile } from "./assign.ts";
import { batches } from "./batches.ts";
import { packFiles } from "./packed-files.ts";
import type { CollectionSpec, SurveyFile, SurveyInput, SurveyOutput, Wanted } from "./types.ts";

/** What a thread reads files with. */
export const SURVEY_JOB = entryModule("stores/documents/survey/survey-job");

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
  const waiting: Running[] = [];
  const broken = new BrokenLists();
  try {
    for await (const batch of batches(files, specs, signal)) {
      const [first] = batch;
      if (broken.isBehind(first)) continue;
      const input: SurveyInput = { collections: specs, files: packFiles(batch), wanted };
      const output = pool.run<SurveyOutput>(SURVEY_JOB, input, [input.files.numbers.buffer]);
      output.catch(() => {}); // seen when its turn comes
      waiting.push({ first, output });
      const next = waiting.length > pool.size + 1 ? waiting.shift() : undefined;
      if (next !== undefined) yield* broken.take(next.first, await next.output);
    }
    for (const { first, output } of waiting.splice(0)) {
      signal.throwIfAborted();
      yield* broken.take(first, await output);
    }
  } finally {
    await Promise.allSettled(waiting.map(({ output }) => output));
  }
}

/** A batch in a thread. */
interface Running {
  /** Its first file; a part of a long list is alone. */
  readonly first: SurveyFile | undefined;
  readonly output: Promise<SurveyOutput>;
}

/** Long lists with a fault: what lies behind it is not read, as in short ones. */
class BrokenLists {
  readonly #numbers = new Set<number>();

  isBehind(file: SurveyFile | undefined): boolean {
    return file !== undefined && file.part !== null && this.#numbers.has(file.number);
  }

  /** Lets through what does not lie behind a fault. */
  *take(file: SurveyFile | undefined, output: SurveyOutput): Generator<SurveyOutput> {
    if (this.isBehind(file)) return;
    yield output;
    if (file?.part === undefined || file.part === null) return;
    if (output.unreadable.some((count) => count > 0)) this.#numbers.add(file.number);
  }
}
