import type { Observation } from "../../../core/finding.ts";
import { entryModule } from "../../../core/module.ts";
import type { WorkerPool } from "../../../core/pool.ts";
import { emptyInspection } from "../../inspection.ts";
import type { Inspection } from "../../types.ts";
import type { HeldDatabase } from "../held.ts";
import { refusals } from "../refusal.ts";
import { classifyPages } from "./classify.ts";
import { ScanControl } from "./control.ts";
import { placeComplaints } from "./engine-words.ts";
import type { PageSource } from "./page-source.ts";
import type { StructureInput, Walked } from "./structure-job.ts";

/**
 * Is anything physically damaged? Our own walker reads every page of the image, or of the bytes that
 * no image could be made of; beside it the engine checks the image, where there is one. Both are told.
 */
export async function scanDatabase(held: HeldDatabase, signal: AbortSignal): Promise<Inspection> {
  signal.throwIfAborted();
  const path = held.imagePath ?? held.copyPath;
  const [walked, complaints] = await Promise.all([
    path === null ? null : walkPages(path, held.live.context.pool, signal),
    held.image === null ? [] : Array.fromAsync(held.image.check(signal)),
  ]);
  for (const each of walked?.observations ?? []) {
    if (keepsFromReading(each)) held.hurtTables.add(each.location.table ?? "");
  }
  const pageCount = walked?.pageCount ?? 0;
  return {
    ...emptyInspection,
    observations: [
      ...refusals(held).filter(isPhysical),
      ...(walked?.observations ?? []),
      ...placeComplaints(complaints, walked),
    ],
    complete: path !== null || isEmpty(held),
    checked: pageCount,
    pages: walked?.pages ?? {},
    pageMap: walked?.pageMap ?? [],
  };
}

/** Walks all pages of a file that nobody changes, in the threads of a pool. */
export async function walkPages(
  path: string,
  pool: WorkerPool,
  signal: AbortSignal,
): Promise<Walked> {
  signal.throwIfAborted();
  const control = new ScanControl();
  const stop = (): void => control.stop();
  signal.addEventListener("abort", stop, { once: true });
  try {
    const open = entryModule("stores/sqlite/scan/open-job");
    const source = await pool.run<PageSource>(open, { path });
    const classified = await classifyPages(source, pool, control);
    signal.throwIfAborted();
    const input: StructureInput = { source, ...classified, control: control.memory };
    const walked = await pool.run<Walked>(entryModule("stores/sqlite/scan/structure-job"), input);
    signal.throwIfAborted();
    return walked;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** A file of no bytes is a database without pages, unless it was emptied. */
function isEmpty({ preflight }: HeldDatabase): boolean {
  return preflight.size === 0 && preflight.verdict !== "refuse";
}

/** Its table cannot be read to its end; what is hurt in an index keeps nobody from its table. */
function keepsFromReading({ severity, location }: Observation): boolean {
  return severity === "critical" && location.table !== undefined && location.index === undefined;
}

function isPhysical({ category }: Observation): boolean {
  return category === "corruption" || category === "structure" || category === "hardware";
}
