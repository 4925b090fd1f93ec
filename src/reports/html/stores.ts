import { counted, shortId } from "../../core/text.ts";
import type { ReportDocument, ReportStore } from "../types.ts";
import { durationText } from "../words.ts";
import { pageMap } from "./page-map.ts";
import { numberCell, pill, section, table, terms, time } from "./parts.ts";
import { html, type Html } from "./template.ts";

/** Each store: its state, its counts, its pages, its backup. */
export function storesSection({ stores }: ReportDocument): Iterable<Html> {
  return section("stores", "Stores", content(stores));
}

function* content(stores: readonly ReportStore[]): Generator<Html> {
  if (stores.length === 0) yield html`<p>No store was looked at.</p>`;
  for (const store of stores) yield* storeArticle(store);
}

function* storeArticle(store: ReportStore): Generator<Html> {
  const { backup, collections, durationMs } = store;
  yield html`<article class="store">
    <h3>${store.store} ${store.sound ? pill("sound", "good") : pill("not sound", "bad")}</h3>
    ${terms([
      ["Driver", store.driver],
      ["Newest backup", backup === null ? pill("none", "bad") : time(backup.at)],
      ["Proven level", backup?.level],
      ["Snapshot", backup && html`<code>${shortId(backup.snapshot)}</code>`],
      ["Looked at in", durationMs !== null && durationText(durationMs)],
    ])}
   `;
  const map = pageMap(store);
  if (map !== null) yield map;
  if (collections !== null) yield* countTable(store.store, collections);
  yield html`</article>
`;
}

function* countTable(
  store: string,
  collections: NonNullable<ReportStore["collections"]>,
): Generator<Html> {
  const rows = Object.entries(collections);
  if (rows.length === 0) return;
  const total = rows.reduce((sum, [, rowCount]) => sum + rowCount, 0);
  yield html`<details>
    <summary>${counted(rows.length, "collection")}, ${counted(total, "row")}</summary>
   `;
  yield* table(
    `Rows of ${store} by collection`,
    [{ name: "Collection" }, { name: "Rows", isNumber: true }],
    rows.map(
      ([name, rowCount]) =>
        html`<tr>
          <th scope="row">${name}</th>
          ${numberCell(rowCount)}
        </tr> `,
    ),
  );
  yield html`</details>
`;
}
