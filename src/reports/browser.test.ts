import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";

import fc from "fast-check";
import type { Browser, Page } from "playwright-core";

import { openBrowser } from "../../test/support/browser.ts";
import { temporaryFolder, type TemporaryFolder } from "../../test/support/folder.ts";
import { hostileText } from "../../test/support/hostile-text.ts";
import { SEED } from "../../test/support/seed.ts";
import { requireTool } from "../../test/support/tools.ts";
import { safe } from "../core/text.ts";
import { renderReport } from "./render-report.ts";
import { crowdedReport, damagedReport, report, restoredReport, rewritten } from "./samples.ts";
import type { ReportDocument, ReportFormat } from "./types.ts";

const SAMPLES = [restoredReport(), damagedReport()];
const RUNS = 3;

function rendered(document: ReportDocument, format: ReportFormat): string {
  return [...renderReport(document, format)].join("");
}

/** A report with another text in each place, none of them empty. */
function withTexts(sample: number, texts: readonly string[]): ReportDocument {
  let place = 0;
  const original = SAMPLES[sample] ?? report();
  return rewritten(original, () => `${texts[place % texts.length] ?? ""}${place++}`);
}

async function forHostileReports(
  check: (document: ReportDocument, sample: number) => Promise<void>,
): Promise<void> {
  const texts = fc.array(hostileText(), { minLength: 1, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(texts, async (drawn) => {
      for (const sample of SAMPLES.keys()) await check(withTexts(sample, drawn), sample);
    }),
    { seed: SEED, numRuns: RUNS },
  );
}

// Goal: data is never markup, whatever it holds, for the programs that read reports.
// Method: the parsers of a real browser read the files, and what they saw is compared.
describe(`a browser that reads a report (SEED=${SEED})`, requireTool("chromium"), () => {
  let folder: TemporaryFolder;
  let browser: Browser;
  let page: Page;
  const noticed: string[] = [];

  before(async () => {
    folder = await temporaryFolder();
    browser = await openBrowser();
    page = await browser.newPage({ viewport: { width: 390, height: 844 } });
    page.on("request", (request) => noticed.push(`request ${request.url()}`));
    page.on("console", (message) => noticed.push(`console ${message.text()}`));
    page.on("pageerror", (error) => noticed.push(`error ${error.message}`));
    page.on("dialog", (dialog) => {
      noticed.push("dialog");
      void dialog.dismiss();
    });
  });

  after(async () => {
    await browser.close();
    await folder[Symbol.asyncDispose]();
  });

  /** Everything that happened while the page was shown, but its own loading. */
  async function show(markup: string): Promise<readonly string[]> {
    const path = folder.join("report.html");
    await writeFile(path, markup);
    const url = pathToFileURL(path).href;
    noticed.length = 0;
    await page.goto(url);
    return noticed.filter((each) => each !== `request ${url}`);
  }

  it("notices a script, a picture and markup that is broken, else it would prove nothing", async () => {
    const evil = '<h1>a</h1><img src="http://127.0.0.1:9/x"><script>console.log("ran")</script>';
    const happened = await show(evil);
    assert.ok(happened.includes("request http://127.0.0.1:9/x"), happened.join("\n"));
    assert.ok(happened.includes("console ran"), happened.join("\n"));
    assert.equal(await readXml(page, "<a>&nbsp;</a>"), null);
  });

  it("finds no element that the template did not make, runs nothing and asks for nothing", async () => {
    const expected: string[] = [];
    for (const sample of SAMPLES.keys()) {
      await show(rendered(withTexts(sample, ["harmless"]), "html"));
      expected.push(await page.evaluate<string>(SKELETON));
    }
    await forHostileReports(async (document, sample) => {
      assert.deepEqual(await show(rendered(document, "html")), []);
      assert.equal(await page.evaluate<string>(SKELETON), expected[sample]);
      const subject = "document.querySelector('.run h3 .quiet').textContent";
      const shown = safe(document.runs[0]?.subject.join(", ") ?? "");
      assert.equal(await page.evaluate<string>(subject), `of ${shown}`);
    });
  });

  it("reads from the XML the very document, escapes undone", () =>
    forHostileReports(async (document) => {
      const tree = await readXml(page, rendered(document, "xml"));
      assert.ok(tree !== null, "not well-formed");
      assert.equal(tree.tag, "report");
      assert.deepEqual(valueOf(tree), JSON.parse(JSON.stringify(document)));
    }));

  it("shows ten thousand findings, all of them, on a page that never scrolls sideways", async () => {
    const document = crowdedReport(10_000);
    assert.deepEqual(await show(rendered(document, "html")), []);
    assert.equal(await page.evaluate("document.querySelectorAll('.findings > li').length"), 10_000);
    assert.equal(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
    const parsed = `new DOMParser().parseFromString(${JSON.stringify(rendered(document, "xml"))}, "text/xml")`;
    const found = `${parsed}.querySelectorAll("report > findings > finding > evidence").length`;
    assert.equal(await page.evaluate(found), 10_000);
  });

  for (const [name, document] of Object.entries({
    sound: report(),
    restored: restoredReport(),
    damaged: damagedReport(),
    hostile: withTexts(1, ["x".repeat(300)]),
  })) {
    it(`finds in a ${name} report one main heading, landmarks, named tables and boxes`, async () => {
      assert.deepEqual(await show(rendered(document, "html")), []);
      assert.deepEqual(await page.evaluate(ACCESSIBILITY), []);
    });
  }

  it("is told apart by words in both schemes, with contrast of at least 4.5 to 1", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await show(rendered(damagedReport(), "html"));
      assert.deepEqual(await page.evaluate(LOW_CONTRAST), [], colorScheme);
    }
    await page.emulateMedia({ colorScheme: null });
  });

  it("prints what is folded, on a light page", async () => {
    await show(rendered(damagedReport(), "html"));
    const height = (): Promise<number> =>
      page.evaluate("document.querySelector('.store details:last-of-type').offsetHeight");
    const folded = await height();
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    assert.ok((await height()) > folded * 3, "the counts of a store stay folded in print");
    const background = await page.evaluate("getComputedStyle(document.body).backgroundColor");
    assert.equal(background, "rgb(255, 255, 255)");
    await page.emulateMedia({ media: null, colorScheme: null });
  });
});

/** All elements with the names of their attributes, in their order; line ends are text. */
const SKELETON = `[...document.querySelectorAll("*")]
  .filter((each) => each.tagName !== "BR")
  .map((each) => each.tagName + "[" + each.getAttributeNames().join() + "]" + each.children.length * !each.querySelector(":scope > br"))
  .join(" ")`;

/** Complaints about what those need who hear a page, or walk it by keys. */
const ACCESSIBILITY = `(() => {
  const wrong = [];
  const all = (selector) => [...document.querySelectorAll(selector)];
  for (const [selector, wanted] of [["h1", 1], ["main", 1], ["header", 1], ["footer", 1], ["nav[aria-label]", 1]]) {
    if (all(selector).length !== wanted) wrong.push(selector + ": " + all(selector).length);
  }
  const levels = all("h1, h2, h3, h4").map((each) => Number(each.tagName[1]));
  levels.forEach((level, at) => { if (level > (levels[at - 1] ?? 0) + 1) wrong.push("a heading skips to " + level); });
  for (const each of all("section")) if (!document.getElementById(each.getAttribute("aria-labelledby"))) wrong.push("a section without a name");
  for (const each of all("th")) if (!["col", "row"].includes(each.scope)) wrong.push("a heading of nothing: " + each.textContent);
  for (const each of all("table")) if (!each.closest("[role=region][aria-label][tabindex]")) wrong.push("a table outside a box");
  for (const each of all("svg:not([aria-hidden])")) if (!each.getAttribute("aria-label")) wrong.push("a drawing without words");
  for (const each of all("a")) if (!document.querySelector(each.getAttribute("href"))) wrong.push("a link to nothing: " + each.href);
  const ids = all("[id]").map((each) => each.id);
  if (new Set(ids).size !== ids.length) wrong.push("two elements share an id");
  if (document.documentElement.scrollWidth > innerWidth) wrong.push("the page scrolls sideways");
  return wrong;
})()`;

/** Texts whose colour is too near to what is behind them (WCAG 2.2, 1.4.3). */
const LOW_CONTRAST = `(() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((value) => value / 255)
    .map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
    .reduce((sum, value, at) => sum + value * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = channels(getComputedStyle(each).backgroundColor);
      if (colour[3] !== 0) return colour;
    }
    return [255, 255, 255];
  };
  const texts = [...document.querySelectorAll("body *")]
    .filter((each) => [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
    .filter((each) => !each.closest("svg"));
  if (texts.length < 50) return ["only " + texts.length + " texts were found"];
  return texts.flatMap((each) => {
    const [a, b] = [light(channels(getComputedStyle(each).color)), light(behind(each))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    return ratio >= 4.5 ? [] : [each.textContent.slice(0, 40) + ": " + ratio.toFixed(2)];
  });
})()`;

interface XmlNode {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
  readonly children: readonly XmlNode[];
}

/** What the browser's XML parser makes of a text; null when it is not well-formed. */
function readXml(page: Page, xml: string): Promise<XmlNode | null> {
  const reader = `(() => {
    const parsed = new DOMParser().parseFromString(${JSON.stringify(xml)}, "application/xml");
    if (parsed.querySelector("parsererror")) return null;
    const read = (element) => ({
      tag: element.tagName,
      attributes: Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value])),
      text: element.children.length > 0 ? "" : element.textContent,
      children: [...element.children].map(read),
    });
    return JSON.stringify(read(parsed.documentElement));
  })()`;
  return page
    .evaluate<string | null>(reader)
    .then((json) => (json === null ? null : (JSON.parse(json) as XmlNode)));
}

/** The value that an element stands for, by the rules of docs/format/report.md. */
function valueOf({ tag, attributes, text, children }: XmlNode): unknown {
  const escaped = attributes["escaped"]?.split(" ") ?? [];
  switch (tag === "report" ? "object" : attributes["type"]) {
    case undefined:
      return escaped.includes("text") ? unescaped(text) : text;
    case "null":
      return null;
    case "number":
      return Number(text);
    case "boolean":
      return text === "true";
    case "array":
      return children.map(valueOf);
    default:
      return Object.fromEntries(children.map((child) => [nameOf(child), valueOf(child)]));
  }
}

function nameOf({ tag, attributes }: XmlNode): string {
  const name = attributes["name"];
  if (name === undefined) return tag;
  return attributes["escaped"]?.split(" ").includes("name") === true ? unescaped(name) : name;
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(?:x([0-9a-f]{2})|u\{([0-9a-f]+)\}|\\)/g, (_, two, many) => {
    const digits = (two ?? many) as string | undefined;
    return digits === undefined ? "\\" : String.fromCodePoint(Number.parseInt(digits, 16));
  });
}
