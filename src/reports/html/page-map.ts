import { count } from "../../core/text.ts";
import type { ReportStore } from "../types.ts";
import type { Tone } from "../words.ts";
import { html, type Html } from "./template.ts";

const COLUMNS = 64;
const ROWS_MAX = 24;
const CELL = 10;

/** Words for pages of which all is well, and for those of which nothing is expected. */
const WELL: readonly string[] = ["exact", "good", "intact", "ok", "sound", "valid"];
const EMPTY: readonly string[] = ["empty", "free", "unused", "not looked at"];
const SAVED: readonly string[] = ["partial", "repaired", "restored", "salvaged", "unknown"];

/** How a verdict on a page is drawn: its tone, and which of the patterns of that tone. */
interface Look {
  readonly verdict: string;
  readonly tone: Tone;
  readonly look: string;
  readonly pages: number;
}

const BAD_LOOKS = 4;

/** Every page of a database by its verdict: a drawing, its legend, and the damaged ones as text. */
export function pageMap({ store, pages, pageMap: runs }: ReportStore): Html | null {
  const last = runs.reduce((highest, run) => Math.max(highest, run.pages[1]), 0);
  if (last === 0) return null;
  const looks = looksOf(pages, runs);
  const each = Math.max(1, Math.ceil(last / (COLUMNS * ROWS_MAX)));
  const cells = cellsOf(runs, looks, each, Math.ceil(last / each));
  const scale = each === 1 ? "a cell is a page" : `a cell is ${count(each)} pages`;
  return html`<figure class="map">
    ${drawing(store, looks, cells, each)}
    <figcaption>
      <ul class="legend">
        ${looks.map(legendEntry)}
      </ul>
      <p class="quiet">
        ${count(last)} pages as they were found; ${scale}, in the order of the
        file${each === 1 ? "" : "; the worst page colours it"}.
      </p>
      ${damagedRuns(runs, looks)}
    </figcaption>
  </figure>`;
}

/** Verdicts, the harmless first, each with its own look. */
function looksOf(pages: ReportStore["pages"], runs: ReportStore["pageMap"]): readonly Look[] {
  const counted = new Map(Object.entries(pages));
  for (const {
    verdict,
    pages: [from, to],
  } of runs) {
    if (!Object.hasOwn(pages, verdict))
      counted.set(verdict, (counted.get(verdict) ?? 0) + to - from + 1);
  }
  let bad = 0;
  const looks = [...counted].map(([verdict, number]) => {
    const tone = toneOf(verdict);
    const look = tone === "bad" ? `bad${bad++ % BAD_LOOKS}` : tone;
    return { verdict, tone, look, pages: number };
  });
  return looks.toSorted((a, b) => TONE_ORDER.indexOf(a.tone) - TONE_ORDER.indexOf(b.tone));
}

const TONE_ORDER: readonly Tone[] = ["calm", "good", "warn", "bad"];

function toneOf(verdict: string): Tone {
  if (WELL.includes(verdict)) return "good";
  if (EMPTY.includes(verdict)) return "calm";
  return SAVED.includes(verdict) ? "warn" : "bad";
}

/** The index of each cell's look: of the pages that it stands for, the worst one's. */
function cellsOf(
  runs: ReportStore["pageMap"],
  looks: readonly Look[],
  each: number,
  length: number,
): readonly number[] {
  const cells = Array.from({ length }, () => -1);
  for (const {
    verdict,
    pages: [from, to],
  } of runs) {
    const rank = looks.findIndex((look) => look.verdict === verdict);
    for (let cell = Math.floor((from - 1) / each); cell <= Math.floor((to - 1) / each); cell++) {
      cells[cell] = Math.max(cells[cell] ?? -1, rank);
    }
  }
  return cells;
}

function drawing(
  store: string,
  looks: readonly Look[],
  cells: readonly number[],
  each: number,
): Html {
  const rows = Math.ceil(cells.length / COLUMNS);
  const told = looks.map(({ verdict, pages }) => `${count(pages)} ${verdict}`).join(", ");
  return html`<svg
    role="img"
    aria-label="Pages of ${store}: ${told}"
    viewBox="0 0 ${COLUMNS * CELL} ${rows * CELL}"
  >
    ${bars(looks, cells, each)}
  </svg>`;
}

/** Neighbours of one look in one row are drawn together. */
function bars(looks: readonly Look[], cells: readonly number[], each: number): readonly Html[] {
  const drawn: Html[] = [];
  for (let start = 0; start < cells.length;) {
    const rank = cells[start];
    const rowEnd = Math.min(cells.length, (Math.floor(start / COLUMNS) + 1) * COLUMNS);
    let end = start + 1;
    while (end < rowEnd && cells[end] === rank) end++;
    drawn.push(bar(looks[rank ?? -1], start, end, each));
    start = end;
  }
  return drawn;
}

function bar(look: Look | undefined, start: number, end: number, each: number): Html {
  const [x, y] = [(start % COLUMNS) * CELL, Math.floor(start / COLUMNS) * CELL];
  const pages = pagesText(start * each + 1, end * each);
  return html`<rect
    class="${look?.look ?? "calm"}"
    x="${x}"
    y="${y + 0.5}"
    width="${(end - start) * CELL - 0.5}"
    height="${CELL - 1}"
    ><title>${pages}: ${look?.verdict ?? "not looked at"}</title></rect
  >`;
}

function pagesText(from: number, to: number): string {
  return from === to ? `page ${count(from)}` : `pages ${count(from)}–${count(to)}`;
}

function legendEntry({ verdict, look, pages }: Look): Html {
  return html`<li>
    <svg class="key" aria-hidden="true" viewBox="0 0 12 12">
      <rect class="${look}" width="12" height="12" /></svg
    >${verdict} <b>${count(pages)}</b>
  </li>`;
}

const RUNS_SHOWN = 200;

/** What the drawing says in colours, in words. */
function damagedRuns(runs: ReportStore["pageMap"], looks: readonly Look[]): Html | null {
  const isDamaged = (verdict: string) =>
    looks.some((look) => look.verdict === verdict && ["bad", "warn"].includes(look.tone));
  const damaged = runs.filter(({ verdict }) => isDamaged(verdict));
  if (damaged.length === 0) return null;
  const shown = damaged
    .slice(0, RUNS_SHOWN)
    .map(({ verdict, pages: [from, to] }) => html`<li>${pagesText(from, to)}: ${verdict}</li>`);
  const more = damaged.length - shown.length;
  return html`<details>
    <summary>Damaged pages by number</summary>
    <ul class="runs">
      ${shown}
    </ul>
    ${more > 0 && html`<p class="quiet">and ${count(more)} more runs of pages; the JSON report has all of them.</p>`}
  </details>`;
}

/** Once a page: verdicts are told apart without colours, too, on paper and by those who see few. */
export const PATTERNS = html`<svg class="defs" aria-hidden="true">
  <defs>
    <pattern
      id="hatch"
      width="4"
      height="4"
      patternUnits="userSpaceOnUse"
      patternTransform="rotate(45)"
    >
      <rect class="ground" width="4" height="4" />
      <rect class="mark" width="1.6" height="4" />
    </pattern>
    <pattern id="dots" width="4" height="4" patternUnits="userSpaceOnUse">
      <rect class="ground" width="4" height="4" />
      <circle class="mark" cx="2" cy="2" r="1.2" />
    </pattern>
    <pattern id="bars" width="4" height="4" patternUnits="userSpaceOnUse">
      <rect class="ground" width="4" height="4" />
      <rect class="mark" width="4" height="1.6" />
    </pattern>
  </defs>
</svg>`;
