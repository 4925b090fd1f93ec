import type { RebuildDocument, VerifyStateDocument } from "../../app/projection-documents.ts";
import { keyText } from "../../core/text.ts";
import { findingLines } from "./findings.ts";
import { lossLines, planLines } from "./run.ts";
import type { Style } from "./style.ts";
import { count, counted, safe } from "./text.ts";

/** So many rows that differ stand on a screen; the document has more. */
const ROWS_SHOWN = 20;

/** What came of rebuilding one projection. */
export function rebuildLines(document: RebuildDocument, style: Style): readonly string[] {
  const { projection, outcome, draft, error, run } = document;
  const name = safe(projection);
  switch (outcome) {
    case "planned":
      return run === null ? [] : planLines(run, style);
    case "discarded":
      return [draft === null ? `${name}: nothing was left` : `${name}: removed ${safe(draft)}`];
    case "failed":
      return [
        `${name}: ${style.paint("bad", "failed")}: ${safe(error?.message ?? "")}`,
        `  ${safe(error?.hint ?? "")}`,
      ];
    case "rebuilt":
      return [...builtLines(document, style), ...lossLines(document.losses, style)];
    default:
      return outcome satisfies never;
  }
}

function builtLines(document: RebuildDocument, style: Style): readonly string[] {
  const { projection, target, events, applied, duplicates, corrupted } = document;
  const { eventsPerSecond, digest, checkpoint, quarantine, damagedEvents } = document;
  const rate = `${count(Math.round(eventsPerSecond))} events/s`;
  const skipped = `${counted(duplicates, "duplicate")}, ${count(corrupted)} damaged`;
  const place =
    checkpoint === null ? "the log is empty" : `up to ${checkpoint.file}, line ${checkpoint.line}`;
  return [
    `${safe(projection)}: ${style.paint("good", "rebuilt")} in ${safe(target)}`,
    `  ${counted(events, "event")} (${count(applied)} applied, ${skipped}), ${rate}`,
    `  ${safe(place)}`,
    `  digest ${digest ?? "-"}`,
    ...(quarantine === null ? [] : [`  the replaced state is kept in ${safe(quarantine)}`]),
    ...(damagedEvents === null ? [] : [`  damaged events are kept in ${safe(damagedEvents)}`]),
  ];
}

/** What a comparison of one state with its log has shown. */
export function verdictLines(document: VerifyStateDocument, style: Style): readonly string[] {
  const { projection, consistent, differences, differencesTotal, corrupted, findings } = document;
  const verdict = consistent
    ? style.paint("good", "is what the log says")
    : style.paint("bad", "is not what the log says");
  const rows = differences
    .slice(0, ROWS_SHOWN)
    .map(({ collection, key, kind }) => `  ${kind}: ${safe(collection)} ${keyText(key)}`);
  const more = differencesTotal - rows.length;
  const skipped = `  ${counted(corrupted, "damaged event")} of the log ${corrupted === 1 ? "was" : "were"} left out`;
  return [
    `${safe(projection)}: ${verdict}`,
    ...(corrupted > 0 ? [skipped] : []),
    ...rows,
    ...(more > 0 ? [`  and ${counted(more, "more row")}`] : []),
    ...findingLines(findings, style),
  ];
}
