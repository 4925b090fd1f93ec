import { moment } from "../../core/text.ts";
import { leavesOf, ownFacts, wordOf } from "../leaves.ts";
import type { ReportDocument, TimelineEntry } from "../types.ts";
import { durationText } from "../words.ts";
import { text } from "./escape.ts";
import { longList, table } from "./lists.ts";

/** What happened when. */
export function* timelineLines({ timeline }: ReportDocument): Generator<string> {
  if (timeline.length === 0) yield "Nothing happened.";
  else yield* longList(timeline, timelineTable);
}

function timelineTable(timeline: readonly TimelineEntry[]): Iterable<string> {
  const rows = timeline.map((entry) => [
    text(moment(entry.at)),
    text(entry.type),
    text(entry.text),
    durationText(entry.durationMs),
  ]);
  return table(["when", "what", "told", "took"], rows, [3]);
}

/** The incidents with their own facts. */
export function* incidentLines({ incidents }: ReportDocument): Generator<string> {
  for (const incident of incidents) {
    yield* [`### ${text(wordOf(incident["failure"]))}: ${text(wordOf(incident["status"]))}`, ""];
    yield* ownFacts(incident).map(({ name, value }) => `- ${text(name)}: ${text(value)}`);
    yield "";
  }
}

/** The timings and rates of the system. */
export function statisticLines({ statistics }: ReportDocument): Iterable<string> {
  const rows = leavesOf(statistics).map(({ name, value }) => [text(name), text(value)]);
  return table(["figure", "value"], rows, [1]);
}
