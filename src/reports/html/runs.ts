import { shortId } from "../../core/text.ts";
import type { RunStep } from "../../plans/types.ts";
import type { ReportDocument, ReportRun } from "../types.ts";
import { STATUS_TONES, cut, durationText } from "../words.ts";
import { code, numberCell, pill, section, table, terms, time } from "./parts.ts";
import { html, type Html } from "./template.ts";

/** What was done: each run with its steps. */
export function runsSection({ runs }: ReportDocument): Iterable<Html> {
  return section("runs", "What was done", content(runs));
}

function* content(runs: readonly ReportRun[]): Generator<Html> {
  if (runs.length === 0) yield html`<p>No recovery was run.</p>`;
  for (const run of runs) yield* runArticle(run);
}

function* runArticle(run: ReportRun): Generator<Html> {
  const { restoredFrom, rpoMs } = run;
  yield html`<article class="run">
    <h3>
      ${run.plan}
      <span class="quiet">of ${run.subject.join(", ")}</span>
      ${pill(run.status, STATUS_TONES[run.status])}
    </h3>
    ${terms([
      ["By", run.by],
      ["Reason", run.reason],
      ["Started", run.startedAt && time(run.startedAt)],
      ["Took", run.durationMs !== null && durationText(run.durationMs)],
      [
        "Restored from",
        restoredFrom &&
          html`the backup of ${time(restoredFrom.at)}
            <code>${shortId(restoredFrom.snapshot)}</code>`,
      ],
      ["Restored content was older by", rpoMs !== null && durationText(rpoMs)],
      ["The replaced state is kept in", run.quarantine && code(run.quarantine)],
      ["Run", code(run.id)],
    ])}
   `;
  yield* table(
    `Steps of ${run.plan}`,
    [{ name: "Step" }, { name: "Status" }, { name: "Took", isNumber: true }],
    run.steps.map(stepRow),
  );
  yield html`</article>
`;
}

function stepRow(step: RunStep, index: number): Html {
  const { error, notes, attempts } = step;
  return html`<tr>
    <th scope="row">
      <span class="quiet">${index + 1}.</span> ${step.name}
      <div class="note">${cut(step.description)}</div>
      ${notes.map((note) => html`<div class="note">${cut(note)}</div>`)}
      ${error && html`<div class="note bad"><b>${error.code}</b> ${cut(error.message)}. ${cut(error.hint)}</div>`}
    </th>
    <td>
      ${pill(step.status, STATUS_TONES[step.status])}${attempts > 1 && html` <span class="quiet">${attempts} attempts</span>`}
    </td>
    ${numberCell(durationText(step.durationMs))}
  </tr> `;
}
