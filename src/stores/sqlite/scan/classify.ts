import { entryModule } from "../../../core/module.ts";
import type { WorkerPool } from "../../../core/pool.ts";
import type { ClassifyInput } from "./classify-job.ts";
import type { ScanControl } from "./control.ts";
import { allocateFacts } from "./facts.ts";
import type { PageSource } from "./page-source.ts";

/** What every page says of itself: facts for `factsIn`, and the cells that go on elsewhere. */
export interface Classified {
  readonly facts: SharedArrayBuffer;
  readonly spills: readonly Uint32Array[];
}

/** Bytes of one job: enough not to notice its start, few enough to be cancelled soon. */
const JOB_BYTES = 8 * 1024 * 1024;

/** Reads the database once, from front to back, in ranges that the threads of the pool share. */
export async function classifyPages(
  source: PageSource,
  pool: WorkerPool,
  control: ScanControl,
): Promise<Classified> {
  const facts = allocateFacts(source.pageCount);
  const portion = Math.max(1, Math.floor(JOB_BYTES / source.pageSize));
  const module = entryModule("stores/sqlite/scan/classify-job");
  const jobs: Promise<Uint32Array>[] = [];
  for (let from = 1; from <= source.pageCount; from += portion) {
    const to = Math.min(source.pageCount, from + portion - 1);
    const input: ClassifyInput = { source, facts, control: control.memory, from, to };
    jobs.push(pool.run<Uint32Array>(module, input));
  }
  return { facts, spills: await Promise.all(jobs) };
}
