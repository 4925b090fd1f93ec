import type { DatabaseSync } from "node:sqlite";

import { SalvorError } from "../core/errors.ts";
import { systemWorld } from "../core/world.ts";
import { engineError, sqliteCode } from "../stores/engine/engine.ts";
import type { EventBound, EventDamage, EventReader, OpenEvents } from "../stores/events.ts";
import type { HostTask } from "../stores/host/messages.ts";
import { Advance } from "./advance.ts";
import { OpenState } from "./apply-batch.ts";
import { UNSAVED_MAX } from "./applied/memory.ts";
import { compileProjection } from "./compile.ts";
import type { CompiledProjection } from "./compiled.ts";
import { openDraft, settleDraft } from "./draft/open-draft.ts";
import { progressOf, updateRecord, type StateRecord } from "./draft/record.ts";
import { startRecord } from "./draft/start-record.ts";
import { createIndexes } from "./draft/user-tables.ts";
import { Meter } from "./meter.ts";
import type { BuildNews, BuildOutput } from "./news.ts";
import type { BuildRequest, BuildResult } from "./types.ts";

/** Bytes of an event, to guess how many a log has; few, as too small a guess costs more. */
const EVENT_BYTES = 150;

/** Events that are read at once: they are gone before they are old, which saves collecting them. */
const PIECE_MAX = 1_000;
/** The same for code: each piece has somebody of its own who looks at the clock. */
const PIECE_OF_CODE_MAX = 4_000;

type Tell = (news: BuildNews) => Promise<void>;

/** Builds a state, or goes on with one, to where the log ends when it begins. */
export const task: HostTask<BuildRequest, BuildOutput> = async (request, { tell }) => {
  const projection = await compileProjection(request.projection);
  const { openEvents } = (await import(request.log.module)) as { readonly openEvents: OpenEvents };
  await using reader = openEvents(request.log.input);
  await tell({ kind: "ready" });
  const bound = endingAt(await reader.bound(unlimited), request);
  const database = onDraft(request, () => openDraft(request.draft));
  try {
    const started = startRecord(database, projection, request, systemWorld());
    if ("stale" in started) return { kind: "stale", reason: started.stale };
    const { events: after } = started.record;
    if (after > 0) await tell({ kind: "resumed", after });
    return await replay({ database, projection, reader, request, bound, tell }, started.record);
  } catch (error) {
    if (sqliteCode(error) !== null) throw engineError(request.draft, error);
    throw error;
  } finally {
    database.close();
  }
};

/** What stands behind the end that is asked for is nobody's damage. */
function endingAt(bound: EventBound, { end = null }: BuildRequest): EventBound {
  return end === null ? bound : { ...bound, end, torn: null };
}

/** Who wants a build to end kills its process. */
const unlimited = new AbortController().signal;

interface Replay {
  readonly database: DatabaseSync;
  readonly projection: CompiledProjection;
  readonly reader: EventReader;
  readonly request: BuildRequest;
  readonly bound: EventBound;
  readonly tell: Tell;
}

async function replay(work: Replay, before: StateRecord): Promise<BuildOutput> {
  const { projection, bound } = work;
  const meter = new Meter(projection.name, systemWorld(), before.events, {
    before: before.checkpoint?.offset ?? 0,
    total: bound.bytes,
  });
  try {
    const record = finish(work, await applyAll(work, before, meter));
    await work.tell({ kind: "progress", progress: meter.report(record) });
    return { kind: "built", result: resultOf(work, before, record, meter) };
  } catch (error) {
    const isOfOldLog = error instanceof SalvorError && error.code === "LOG_CHANGED";
    const isLive = work.request.fromMs !== null || before.checkpoint === null;
    if (!isOfOldLog || isLive) throw error;
    return { kind: "stale", reason: error.message };
  }
}

async function applyAll(given: Replay, before: StateRecord, meter: Meter): Promise<StateRecord> {
  const { database, projection, reader, request, bound, tell } = given;
  const { fromMs, untilMs, onDamaged } = request;
  const options = { fromMs, untilMs, expected: bound.bytes / EVENT_BYTES };
  const state = new OpenState(database, projection, before, reader, options);
  const reportDamage = (damaged: readonly EventDamage[]): Promise<void> =>
    tell({ kind: "damaged", damaged });
  const transactionMax = Math.min(request.batchMax, UNSAVED_MAX - PIECE_MAX);
  const isCode = request.projection.form.kind === "code";
  const batchMax = Math.min(transactionMax, isCode ? PIECE_OF_CODE_MAX : PIECE_MAX);
  const batches = reader.read({ after: before.checkpoint, bound, batchMax }, unlimited);
  const work = new Advance(before, { database, state, onDamaged, reportDamage });
  for await (const batch of batches) {
    await work.apply(batch);
    if (work.pending + batchMax > transactionMax) work.write();
    const progress = meter.count(work.record, batch.bytes);
    if (progress !== null) void tell({ kind: "progress", progress });
  }
  if (work.pending > 0) work.write();
  return work.record;
}

function finish({ database, projection }: Replay, record: StateRecord): StateRecord {
  const finished = { ...record, finished: true };
  database.exec("BEGIN IMMEDIATE");
  createIndexes(database, projection.tables);
  updateRecord(database, finished);
  database.exec("COMMIT");
  settleDraft(database);
  return finished;
}

function resultOf(
  { projection }: Replay,
  before: StateRecord,
  record: StateRecord,
  meter: Meter,
): BuildResult {
  return {
    ...progressOf(record),
    version: projection.version,
    definition: projection.definition,
    tables: projection.tables,
    resumedAfter: before.events,
    eventsPerSecond: meter.eventsPerSecond(record),
  };
}

function onDraft<Opened>({ draft }: BuildRequest, open: () => Opened): Opened {
  try {
    return open();
  } catch (error) {
    throw engineError(draft, error);
  }
}
