/** Calm by day and by night, on a phone and on paper. No text from data ever gets in here. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ground: #f5f6f7; --ink: #1a1f24; --quiet: #57616b; --line: #d9dee3;
  --good: #14633a; --good-bg: #e6f4ec; --warn: #7a4b00; --warn-bg: #fdf1d8;
  --bad: #a4161d; --bad-bg: #fdeaea; --calm: #47525c; --calm-bg: #eceff2;
  --link: #0b57a4;
  --map-good: #8fbfa2; --map-calm: #e1e5e9; --map-bad: #c2252d; --map-warn: #c98500;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #1a1e22; --ground: #121518; --ink: #e7eaed; --quiet: #a3adb7; --line: #343b42;
    --good: #86d9a8; --good-bg: #163022; --warn: #f2c56d; --warn-bg: #33270d;
    --bad: #ffa19b; --bad-bg: #3d191a; --calm: #b8c2cb; --calm-bg: #2a3036;
    --link: #8cc2ff;
    --map-good: #3f7d58; --map-calm: #2c3238; --map-bad: #f0625c; --map-warn: #e0a63a;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
body {
  margin: 0 auto; max-width: 66rem; padding: 1rem; background: var(--ground); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
  overflow-wrap: anywhere;
}
code, pre { font: 0.875em/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; }
h1, h2, h3, h4, p, ul, ol, dl, dd, figure { margin: 0; }
ul, ol { padding: 0; list-style: none; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 2px; }
.skip { position: absolute; left: -99rem; }
.skip:focus { position: static; }
.quiet, .where { color: var(--quiet); font-weight: normal; }
header { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0.25rem 1rem; padding: 0.25rem 0 0.75rem; }
.system { font-weight: 650; }
.verdict {
  display: flex; gap: 1rem; align-items: center; padding: 1.25rem; border-radius: 0.75rem;
  border: 2px solid currentColor; overflow: hidden;
}
.verdict.good { color: var(--good); background: var(--good-bg); }
.verdict.warn { color: var(--warn); background: var(--warn-bg); }
.verdict.bad { color: var(--bad); background: var(--bad-bg); }
.standing { font-weight: 650; font-size: 0.95rem; }
h1 { font-size: clamp(1.3rem, 1rem + 1.8vw, 1.95rem); line-height: 1.25; font-weight: 650; color: var(--ink); text-wrap: balance; }
.time, time { white-space: nowrap; }
.sign { flex: none; width: clamp(2.5rem, 8vw, 3.75rem); fill: currentColor; }
.sign path { fill: none; stroke: var(--paper); stroke-width: 2.4; stroke-linecap: round; stroke-linejoin: round; }
.sign .shape { fill: currentColor; stroke: none; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: 0.5rem; margin: 0.75rem 0; }
.figures div { display: flex; flex-direction: column; justify-content: space-between; padding: 0.6rem 0.8rem; background: var(--paper); border: 1px solid var(--line); border-radius: 0.5rem; }
.figures dt { font-size: 0.82rem; line-height: 1.3; color: var(--quiet); }
.figures dd { font-size: 1.3rem; font-weight: 650; font-variant-numeric: tabular-nums; }
.figures .bad dd { color: var(--bad); }
.figures .warn dd { color: var(--warn); }
nav ul { display: flex; flex-wrap: wrap; gap: 0.15rem 1.1rem; padding: 0.25rem 0.1rem; }
nav a { display: inline-block; padding: 0.25rem 0; }
section { margin-top: 2rem; }
h2 { font-size: 1.25rem; font-weight: 650; margin-bottom: 0.6rem; }
h3 { font-size: 1.05rem; font-weight: 650; }
h4 { font-size: 0.95rem; margin: 0.9rem 0 0.3rem; }
section > p { color: var(--quiet); margin-bottom: 0.6rem; }
article { padding: 1rem; margin-bottom: 0.75rem; background: var(--paper); border: 1px solid var(--line); border-radius: 0.6rem; }
article > * + * { margin-top: 0.7rem; }
article > ul:not([class]) { padding-left: 1.2rem; list-style: disc; }
.pill {
  display: inline-block; padding: 0 0.55em; border-radius: 1em; font-size: 0.8rem; font-weight: 650; line-height: 1.6;
  border: 1px solid currentColor;
}
.pill.good { color: var(--good); background: var(--good-bg); }
.pill.warn { color: var(--warn); background: var(--warn-bg); }
.pill.bad { color: var(--bad); background: var(--bad-bg); }
.pill.calm { color: var(--calm); background: var(--calm-bg); }
.terms { display: flex; flex-wrap: wrap; gap: 0.5rem 1.75rem; }
.terms dt { font-size: 0.8rem; color: var(--quiet); }
.scroll { overflow-x: auto; background: var(--paper); border: 1px solid var(--line); border-radius: 0.5rem; }
table { border-collapse: collapse; width: 100%; font-size: 0.92rem; overflow-wrap: break-word; }
th, td { padding: 0.45rem 0.75rem; text-align: left; vertical-align: top; border-top: 1px solid var(--line); }
thead th { border-top: 0; color: var(--quiet); font-size: 0.8rem; font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 550; min-width: 9rem; }
td { max-width: 34rem; }
td code { white-space: nowrap; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
td.number { white-space: nowrap; }
.note { font-size: 0.86rem; font-weight: normal; color: var(--quiet); }
.note.bad { color: var(--bad); }
.severity { margin: 1.1rem 0 0.4rem; }
.findings > li { margin-bottom: 0.4rem; padding: 0.55rem 0.85rem; background: var(--paper); border: 1px solid var(--line); border-radius: 0.5rem; content-visibility: auto; contain-intrinsic-size: auto 3rem; }
.findings .where { display: block; font-size: 0.88rem; }
.findings details > * + * { margin-top: 0.55rem; }
summary { cursor: pointer; padding: 0.15rem 0; }
.more > summary { padding: 0.5rem 0; color: var(--link); }
.more[open] > summary { margin-bottom: 0.5rem; }
pre { padding: 0.6rem 0.8rem; background: var(--ground); border: 1px solid var(--line); border-radius: 0.4rem; overflow-x: auto; white-space: pre-wrap; }
.map svg[role] { display: block; width: 100%; height: auto; max-height: 18rem; }
.defs { position: absolute; width: 0; height: 0; }
.legend { display: flex; flex-wrap: wrap; gap: 0.2rem 1.2rem; padding: 0.5rem 0 0.2rem; font-size: 0.9rem; }
.key { width: 0.85em; height: 0.85em; margin-right: 0.4em; vertical-align: -0.08em; }
figcaption .quiet { font-size: 0.86rem; }
.runs { columns: 14rem; font-size: 0.9rem; }
rect.good { fill: var(--map-good); }
rect.calm { fill: var(--map-calm); }
rect.warn { fill: var(--map-warn); }
rect.bad0 { fill: var(--map-bad); }
rect.bad1 { fill: url(#hatch); }
rect.bad2 { fill: url(#dots); }
rect.bad3 { fill: url(#bars); }
.ground { fill: var(--bad-bg); }
.mark { fill: var(--map-bad); }
.lost { columns: 15rem; column-gap: 1.5rem; }
.lost li { break-inside: avoid; border-top: 1px solid var(--line); padding: 0.1rem 0; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); gap: 0.75rem 1.5rem; }
.keys li { border-top: 1px solid var(--line); padding: 0.1rem 0; }
.timeline { border-left: 2px solid var(--line); padding-left: 1rem; }
.timeline li { display: grid; grid-template-columns: 14.5rem 5.5rem 1fr; gap: 0 0.75rem; padding: 0.3rem 0; }
.timeline li > :first-child { color: var(--quiet); font-variant-numeric: tabular-nums; }
.timeline .type { font-weight: 600; font-size: 0.88rem; line-height: 1.7; }
footer { margin: 2.5rem 0 1rem; padding-top: 0.75rem; border-top: 1px solid var(--line); color: var(--quiet); font-size: 0.86rem; }
@media (max-width: 40rem) {
  body { padding: 0.75rem; }
  .verdict { padding: 1rem; gap: 0.8rem; align-items: flex-start; }
  .figures { grid-template-columns: 1fr 1fr; }
  .timeline li { grid-template-columns: auto 1fr; }
  .timeline li > :last-child { grid-column: 1 / -1; }
  article { padding: 0.8rem; }
}
@media print {
  :root {
    color-scheme: light;
    --paper: #ffffff; --ground: #ffffff; --ink: #000000; --quiet: #444444; --line: #bbbbbb;
    --good: #0f4f2d; --good-bg: #ffffff; --warn: #5f3a00; --warn-bg: #ffffff;
    --bad: #8c0f16; --bad-bg: #ffffff; --calm: #333333; --calm-bg: #ffffff; --link: #000000;
    --map-good: #a9cdb7; --map-calm: #eeeeee; --map-bad: #b01d25; --map-warn: #b87900;
  }
  @page { margin: 16mm 14mm; }
  body { max-width: none; padding: 0; font-size: 9.5pt; }
  .map svg { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  nav, .skip { display: none; }
  h2, h3, h4, thead, summary { break-after: avoid; }
  tr, .verdict, .figures, figure, .timeline li { break-inside: avoid; }
  article { break-inside: auto; padding: 0.5rem 0; border: 0; border-top: 1px solid var(--line); border-radius: 0; }
  .findings > li { content-visibility: visible; break-inside: avoid; }
  .scroll { overflow: visible; }
  summary { list-style: none; }
  summary::-webkit-details-marker { display: none; }
  td code { white-space: normal; }
  details:not(.more)::details-content { content-visibility: visible; height: auto; }
  a[href^="http"]::after { content: " (" attr(href) ")"; }
}
`;
