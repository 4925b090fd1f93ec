import type { Observation } from "../core/finding.ts";
import { moment, shortId } from "../core/text.ts";
import type { Expectations } from "../receipts/suspicion.ts";
import { type Baseline, dropsSince } from "./baseline.ts";
import { compareCounts } from "./compare-counts.ts";
import { observe } from "./observe.ts";
import { presentIn } from "./present.ts";
import { rankOf } from "./severity.ts";

/**
 * What the newest backup of a store makes suspicious, for as long as nobody has acknowledged it and
 * it is not back: at most one, low as long as no expectation is broken. (A vanished table is the
 * audit's finding: one acknowledgement settles it.) A complete look of kind `backup`.
 */
export function backupObservations(
  last: Baseline | null,
  expect: Expectations,
): readonly Observation[] {
  const newest = last?.doubtful.at(-1);
  if (last === null || newest === undefined) return [];
  const { id, createdAt } = last.snapshot;
  const drops = dropsSince(last, newest, expect).join("; ");
  const description =
    `snapshot ${shortId(newest.id)} of ${moment(newest.createdAt)}: ${drops}; ` +
    `snapshot ${shortId(id)} of ${moment(createdAt)} from before is kept`;
  const broken = compareCounts(last, presentIn(newest.receipt), expect);
  const isBroken = broken.some(({ severity }) => rankOf(severity) <= rankOf("medium"));
  return [
    observe("backup.suspicious", description, {
      location: {},
      severity: isBroken ? "high" : "low",
    }),
  ];
}
