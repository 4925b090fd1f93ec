import type { Loss } from "../../core/loss.ts";
import { counted } from "../../core/text.ts";
import { groupLosses, lossName, type LossGroup } from "../loss-groups.ts";
import type { ReportDocument } from "../types.ts";
import { cut, noLosses } from "../words.ts";
import { code, longList, pill, section } from "./parts.ts";
import { html, type Html } from "./template.ts";

const SHOWN = 120;

/** What could not be saved, named. */
export function lossesSection(document: ReportDocument): Iterable<Html> {
  return section("losses", "Losses", content(document));
}

function* content({ losses, runs, summary }: ReportDocument): Generator<Html> {
  if (losses.length === 0) return yield html`<p>${noLosses(summary)}</p>`;
  const kept = runs.flatMap(({ quarantine }) => (quarantine === null ? [] : [quarantine]));
  if (kept.length > 0) {
    yield html`<p>
      The replaced state is kept. What is listed here may still be read from
      ${kept.map((path, index) => html`${index > 0 && ", "}${code(path)}`)}.
    </p> `;
  }
  for (const group of groupLosses(losses)) yield* groupArticle(group);
}

function* groupArticle(group: LossGroup): Generator<Html> {
  const { store, collection, reason, place, losses } = group;
  yield html`<article>
    <h3>
      ${store}${collection !== null && html`, ${collection}`}
      ${pill(counted(losses.length, "item"), "warn")}
    </h3>
    <p>
      ${cut(reason)}${place !== null && place !== "" && html` <span class="quiet">${cut(place)}</span>`}
    </p>
   `;
  yield* longList(losses, SHOWN, (some) => names(some, group));
  yield html`</article>
`;
}

function* names(losses: readonly Loss[], group: LossGroup): Generator<Html> {
  yield html`<ul class="lost">`;
  for (const loss of losses) yield html`<li><code>${cut(lossName(loss, group))}</code></li> `;
  yield html`</ul>
`;
}
