import { createHash } from "node:crypto";

import type { ReportDocument } from "../types.ts";
import { STANDING_TONES, STANDING_WORDS, TITLES, cut, figures, type Figure } from "../words.ts";
import { findingsSection } from "./findings.ts";
import { incidentsSection, statisticsSection, timelineSection } from "./history.ts";
import { lossesSection } from "./losses.ts";
import { PATTERNS } from "./page-map.ts";
import { time } from "./parts.ts";
import { proofsSection } from "./proofs.ts";
import { runsSection } from "./runs.ts";
import { storesSection } from "./stores.ts";
import { STYLE } from "./style.ts";
import { html, type Html } from "./template.ts";

/** The report as one page that needs nothing else: no script, no font, no request. */
export function* renderHtml(document: ReportDocument): Generator<string> {
  yield "<!doctype html>\n";
  yield String(head(document)).replace("<style></style>", () => `<style>${STYLE}</style>`);
  for (const piece of body(document)) yield String(piece);
  yield "</html>\n";
}

/** Nothing is loaded and nothing runs; the one style that counts is the one above. */
function policy(): string {
  const digest = createHash("sha256").update(STYLE).digest("base64");
  return `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'`;
}

function head({ system, kind, generatedAt }: ReportDocument): Html {
  return html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta http-equiv="Content-Security-Policy" content="${policy()}" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="referrer" content="no-referrer" />
      <meta name="robots" content="noindex" />
      <title>${TITLES[kind]}: ${cut(system)}, ${generatedAt.slice(0, 10)}</title>
      <style></style>
    </head>
   `;
}

function* body(document: ReportDocument): Generator<Html> {
  yield html`<body>
    <a class="skip" href="#main">To the report</a>
   `;
  yield masthead(document);
  yield html`<main id="main"> `;
  yield verdict(document);
  yield html`${navigation(document)}${PATTERNS} `;
  yield* storesSection(document);
  yield* findingsSection(document);
  yield* runsSection(document);
  yield* proofsSection(document);
  yield* lossesSection(document);
  yield* incidentsSection(document);
  yield* timelineSection(document);
  yield* statisticsSection(document);
  yield html`</main>
<footer><p>Written by Salvor for <code>${document.command}</code>, report format ${document.formatVersion}. Times are in UTC.</p></footer>
</body>
`;
}

function masthead({ system, kind, generatedAt }: ReportDocument): Html {
  return html`<header>
    <p class="system">${cut(system)}</p>
    <p>${TITLES[kind]} <span class="quiet">${time(generatedAt)}</span></p>
  </header> `;
}

function verdict(document: ReportDocument): Html {
  const { standing, verdict: sentence } = document.summary;
  return html`<div class="verdict ${STANDING_TONES[standing]}">
      ${SIGNS[standing]}
      <div>
        <p class="standing">${STANDING_WORDS[standing]}</p>
        <h1>${unbroken(cut(sentence))}</h1>
      </div>
    </div>
    <dl class="figures">${figures(document).map(figureEntry)}</dl> `;
}

/** Text in which no line ends within a time. */
function unbroken(sentence: string): readonly Html[] {
  return sentence
    .split(/(\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)? UTC)/)
    .map((part, index) =>
      index % 2 === 0 ? html`${part}` : html`<span class="time">${part}</span>`,
    );
}

function figureEntry({ name, value, tone }: Figure): Html {
  return html`<div class="${tone}">
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;
}

/** A shape for each standing, so that colour is never the only sign. */
const SIGNS: Readonly<Record<ReportDocument["summary"]["standing"], Html>> = {
  sound: html`<svg class="sign" aria-hidden="true" viewBox="0 0 24 24">
    <circle cx="12" cy="12" r="11" />
    <path d="M6.5 12.5l3.7 3.7 7.3-8" />
  </svg>`,
  losses: html`<svg class="sign" aria-hidden="true" viewBox="0 0 24 24">
    <path class="shape" d="M12 1.5L23.5 22H.5z" />
    <path d="M12 8.5v6.5m0 2.6v1" />
  </svg>`,
  unsound: html`<svg class="sign" aria-hidden="true" viewBox="0 0 24 24">
    <path class="shape" d="M7.5 1h9L23 7.5v9L16.5 23h-9L1 16.5v-9z" />
    <path d="M8 8l8 8m0-8l-8 8" />
  </svg>`,
};

function navigation({ incidents, statistics }: ReportDocument): Html {
  const entries = [
    ["stores", "Stores"],
    ["findings", "Findings"],
    ["runs", "Runs"],
    ["proof", "Proof"],
    ["losses", "Losses"],
    ...(incidents.length > 0 ? [["incidents", "Incidents"]] : []),
    ["timeline", "Timeline"],
    ...(Object.keys(statistics).length > 0 ? [["statistics", "Statistics"]] : []),
  ];
  return html`<nav aria-label="Sections">
    <ul>
      ${entries.map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`)}
    </ul>
  </nav>`;
}
