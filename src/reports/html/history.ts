import type { JsonObject } from "../../core/json.ts";
import { leavesOf, ownFacts, wordOf } from "../leaves.ts";
import type { ReportDocument, TimelineEntry } from "../types.ts";
import { cut, durationText, plainWord } from "../words.ts";
import { longList, numberCell, pill, section, table, terms, time } from "./parts.ts";
import { html, type Html } from "./template.ts";

const SHOWN = 200;

/** What happened when. */
export function timelineSection({ timeline }: ReportDocument): Iterable<Html> {
  return section("timeline", "Timeline", timelineContent(timeline));
}

function* timelineContent(timeline: readonly TimelineEntry[]): Generator<Html> {
  if (timeline.length === 0) yield html`<p>Nothing happened.</p>`;
  else yield* longList(timeline, SHOWN, timelineList);
}

function* timelineList(timeline: readonly TimelineEntry[]): Generator<Html> {
  yield html`<ol class="timeline">`;
  for (const { at, type, text, durationMs } of timeline) {
    yield html`<li>
      ${time(at)}<span class="type">${type}</span
      ><span
        >${cut(text)}${durationMs !== null && html` <span class="quiet">${durationText(durationMs)}</span>`}</span
      >
    </li> `;
  }
  yield html`</ol>
`;
}

/** The incidents, where there are any. */
export function incidentsSection({ incidents }: ReportDocument): Iterable<Html> {
  return incidents.length === 0
    ? []
    : section("incidents", "Incidents", incidents.map(incidentArticle));
}

function incidentArticle(incident: JsonObject): Html {
  const status = wordOf(incident["status"]);
  const facts = ownFacts(incident).map(({ name, value }) => [name, cut(value)] as const);
  return html`<article>
    <h3>
      ${plainWord(wordOf(incident["failure"]))}
      ${pill(status, status === "closed" ? "good" : "warn")}
    </h3>
    ${terms(facts)}
  </article> `;
}

/** The timings and rates of the system, where there are any. */
export function statisticsSection({ statistics }: ReportDocument): Iterable<Html> {
  const facts = leavesOf(statistics);
  if (facts.length === 0) return [];
  const columns = [{ name: "Figure" }, { name: "Value", isNumber: true }];
  const rows = facts.map(
    ({ name, value }) =>
      html`<tr>
        <th scope="row">${name}</th>
        ${numberCell(cut(value))}
      </tr> `,
  );
  return section("statistics", "Statistics", table("Statistics", columns, rows));
}
