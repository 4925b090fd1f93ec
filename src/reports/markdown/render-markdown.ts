import { moment } from "../../core/text.ts";
import type { ReportDocument } from "../types.ts";
import { STANDING_WORDS, TITLES, figures } from "../words.ts";
import { text } from "./escape.ts";
import { findingLines } from "./findings.ts";
import { incidentLines, statisticLines, timelineLines } from "./history.ts";
import { lossLines, proofLines, runLines, storeLines } from "./sections.ts";

/** The report as text that reads well as it is, and better where it is rendered. */
export function* renderMarkdown(document: ReportDocument): Generator<string> {
  let before = "";
  for (const line of lines(document)) {
    if (line !== "" || before !== "") yield `${line}\n`;
    before = line;
  }
}

function* lines(document: ReportDocument): Generator<string> {
  yield* opening(document);
  yield* section("Stores", storeLines(document));
  yield* section("What was found", findingLines(document));
  yield* section("What was done", runLines(document));
  yield* section("The proof", proofLines(document));
  yield* section("Losses", lossLines(document));
  if (document.incidents.length > 0) yield* section("Incidents", incidentLines(document));
  yield* section("Timeline", timelineLines(document));
  if (Object.keys(document.statistics).length > 0) {
    yield* section("Statistics", statisticLines(document));
  }
}

function* opening(document: ReportDocument): Generator<string> {
  const { kind, system, generatedAt, summary, command } = document;
  yield `# ${TITLES[kind]}: ${text(system)}`;
  yield "";
  yield `**${STANDING_WORDS[summary.standing]}: ${text(summary.verdict)}.**`;
  yield "";
  for (const { name, value } of figures(document)) yield `- ${name}: ${value}`;
  yield `- Written: ${text(moment(generatedAt))}, for ${text(command)}`;
}

function* section(title: string, content: Iterable<string>): Generator<string> {
  yield "";
  yield `## ${title}`;
  yield "";
  yield* content;
}
