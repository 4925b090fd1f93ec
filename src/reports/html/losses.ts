import type { Loss } from "../../core/loss.ts";
import type { ReportDocument } from "../types.ts";
import { cut, locationText, shortKey } from "../words.ts";
import { code, longList, section, table } from "./parts.ts";
import { html, type Html } from "./template.ts";

const SHOWN = 100;

/** What could not be saved, named. */
export function lossesSection(document: ReportDocument): Iterable<Html> {
  return section("losses", "Losses", content(document));
}

function* content({ losses, runs }: ReportDocument): Generator<Html> {
  if (losses.length === 0) return yield html`<p>Nothing was lost.</p>`;
  const kept = runs.flatMap(({ quarantine }) => (quarantine === null ? [] : [quarantine]));
  if (kept.length > 0) {
    yield html`<p>
      The replaced state is kept: what is listed here may still be read from
      ${kept.map((path, index) => html`${index > 0 && ", "}${code(path)}`)}.
    </p> `;
  }
  yield* longList(losses, SHOWN, lossTable);
}

function lossTable(losses: readonly Loss[]): Iterable<Html> {
  const columns = ["Store", "Collection", "Key or place", "Reason"].map((name) => ({ name }));
  return table("Losses", columns, rows(losses));
}

function* rows(losses: readonly Loss[]): Generator<Html> {
  for (const { store, collection, key, location, reason } of losses) {
    const place = cut(locationText(location));
    yield html`<tr>
      <td>${store}</td>
      <td>${collection ?? "–"}</td>
      <td>${key !== null && html`<code>${shortKey(key)}</code> `}${place}</td>
      <td>${cut(reason)}</td>
    </tr> `;
  }
}
