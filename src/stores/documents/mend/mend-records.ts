import { fileIn } from "./versions.ts";
import { idsIn, recordVersions } from "./record-versions.ts";
import type { MendQuestion } from "./mend-document.ts";
import { separatorsOf } from "./separators.ts";
import { StretchMending, type LiveRecords } from "./stretch-mending.ts";
import { stretchesOf } from "./stretches.ts";
import type { DocumentFate } from "./types.ts";
import { writeStretch } from "./write-stretch.ts";

/** A part of a file that becomes other bytes. */
export interface Splice {
  readonly from: number;
  readonly to: number;
  readonly bytes: Uint8Array;
}

/** What becomes of a file of records. */
export interface MendedRecords {
  readonly splices: readonly Splice[];
  readonly documents: readonly DocumentFate[];
  readonly isWanted: boolean;
  /** Records that are in it afterwards. */
  readonly records: number;
}

/**
 * Mends a file of records one by one: only what is damaged becomes other bytes, and what cannot be
 * mended nor restored is taken out, so that the others can be read.
 */
export async function mendRecords(
  question: MendQuestion,
  live: LiveRecords,
  signal: AbortSignal,
): Promise<MendedRecords> {
  const { file, form } = live;
  const separators = separatorsOf(form);
  const read = await stretchesOf(file, form, separators, signal);
  const plans = read.stretches.map((stretch) => new StretchMending(question, stretch, live));
  await lookForVersions(question, plans, live, signal);
  const bytes = { read: file.read.bind(file), separator: read.separator };
  const done = plans.map((plan) => plan.finish(bytes.read));
  return {
    splices: done.flatMap(({ pieces, endsLine }, at) => {
      if (plans[at]?.isUntouched === true) return [];
      const { from = 0, to = 0, before = null, behind = null } = read.stretches[at] ?? {};
      const place = { from, to, isFirst: before === null, isLast: behind === null };
      return { from, to, bytes: writeStretch({ ...place, pieces, endsLine }, separators, bytes) };
    }),
    documents: done.flatMap(({ documents }) => documents),
    isWanted: plans.some((plan) => plan.isWanted),
    records: done.reduce(
      (sum, { pieces }) => sum + pieces.reduce((count, { texts }) => count + texts.length, 0),
      read.records,
    ),
  };
}

/** Asks the copies, newest first, as long as something is wanted. */
async function lookForVersions(
  { file: { raw }, judge, sources, isForgotten }: MendQuestion,
  plans: readonly StretchMending[],
  live: LiveRecords,
  signal: AbortSignal,
): Promise<void> {
  const { form } = live;
  for (const source of sources) {
    const asking = plans.filter((plan) => plan.asks);
    if (asking.length === 0) return;
    using copy = fileIn(source, raw);
    if (copy === null) continue;
    const ids = new Set(asking.flatMap((plan) => plan.wantedIds));
    const places = asking.map((plan) => plan.stretch);
    const found = await recordVersions(copy, { judge, form, ids, places }, signal);
    const candidates = new Set(
      found.between.flatMap((each) => (each ?? []).flatMap(({ id }) => id ?? [])),
    );
    const there =
      candidates.size === 0
        ? candidates
        : await idsIn(live.file, { judge, form, ids: candidates }, signal);
    const isFree = (id: string | null): boolean =>
      id === null || (!there.has(id) && !isForgotten(id));
    asking.forEach((plan, at) => {
      const between = found.between[at]?.filter(({ id }) => isFree(id)) ?? null;
      plan.offer(source, { byId: (id) => (isFree(id) ? found.byId.get(id) : undefined), between });
    });
  }
}
