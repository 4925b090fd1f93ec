import { count, moment } from "../../core/text.ts";
import type { Json } from "../../core/json.ts";
import { ENTRIES_MAX, cut, plainWord, shortKey, type Tone } from "../words.ts";
import { html, type Html, type HtmlValue } from "./template.ts";

/** A word in a box of its colour. */
export function pill(word: string, tone: Tone): Html {
  return html`<span class="pill ${tone}">${plainWord(word)}</span>`;
}

/** A time that machines read, too, and in which no line ends; anything else as text. */
export function time(at: string): Html {
  return TIME.test(at)
    ? html`<time datetime="${at}">${moment(at)}</time>`
    : html`<span>${cut(at)}</span>`;
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

/** Terms and what they mean here; those without a meaning are left out. */
export function terms(entries: readonly (readonly [name: string, value: HtmlValue])[]): Html {
  const shown = entries.filter(([, value]) => isThere(value));
  return html`<dl class="terms">
    ${shown.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}

function isThere(value: HtmlValue): boolean {
  return value !== null && value !== undefined && value !== false && value !== "";
}

/** A column: its heading, and whether it holds numbers. */
export interface Column {
  readonly name: string;
  readonly isNumber?: boolean;
}

/** A table in a box of its own: on a narrow screen the box scrolls, never the page. */
export function* table(
  label: string,
  columns: readonly Column[],
  rows: Iterable<Html>,
): Generator<Html> {
  yield html`<div class="scroll" tabindex="0" role="region" aria-label="${label}">
    <table>
      <thead>
        <tr>
          ${columns.map(({ name, isNumber }) => html`<th scope="col" ${isNumber === true && NUMBER}>${name}</th>`)}
        </tr>
      </thead>
      <tbody>
   `;
  yield* rows;
  yield html`</tbody></table></div>
`;
}

const NUMBER = html` class="number"`;

/** A cell with a number. */
export function numberCell(value: string | number): Html {
  return html`<td class="number">${typeof value === "number" ? count(value) : value}</td>`;
}

/** A section of the page with its heading. */
export function* section(id: string, title: string, content: Iterable<Html>): Generator<Html> {
  yield html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2> `;
  yield* content;
  yield html`</section>
`;
}

/** A list of any length: the first entries in sight, the next ones to unfold, all others counted. */
export function* longList<T>(
  entries: readonly T[],
  shown: number,
  list: (entries: readonly T[]) => Iterable<Html>,
): Generator<Html> {
  yield* list(entries.slice(0, shown));
  const folded = entries.slice(shown, ENTRIES_MAX);
  if (folded.length > 0) {
    yield html`<details class="more"><summary>${count(folded.length)} more</summary> `;
    yield* list(folded);
    yield html`</details>
`;
  }
  const rest = entries.length - shown - folded.length;
  if (rest > 0)
    yield html`<p class="quiet">And ${count(rest)} more: the JSON report has all of them.</p> `;
}

/** A list of keys with the number of all. */
export function keyList(word: string, keys: readonly Json[], total: number): Html | null {
  if (total === 0) return null;
  const shown = keys.slice(0, KEYS_SHOWN);
  const more = total - shown.length;
  return html`<div class="keys">
    <b>${count(total)} ${word}</b>
    <ul>
      ${shown.map((key) => html`<li><code>${shortKey(key)}</code></li>`)}${more > 0 && html`<li class="quiet">and ${count(more)} more</li>`}
    </ul>
  </div>`;
}

const KEYS_SHOWN = 20;

/** Monospaced text, not longer than a person reads. */
export function code(text: string): Html {
  return html`<code>${cut(text)}</code>`;
}
