import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";
import { lexer, type Token, type Tokens } from "marked";

import { hostileText } from "../../test/support/hostile-text.ts";
import { SEED } from "../../test/support/seed.ts";
import { renderReport } from "./render-report.ts";
import {
  crowdedReport,
  damagedReport,
  finding,
  report,
  restoredReport,
  rewritten,
} from "./samples.ts";
import type { ReportDocument, ReportFormat } from "./types.ts";

const SAMPLES = [restoredReport(), damagedReport()];

function rendered(document: ReportDocument, format: ReportFormat): string {
  return [...renderReport(document, format)].join("");
}

/** Both samples with the texts in every place; each place gets another text. */
function hostile(texts: readonly string[]): readonly ReportDocument[] {
  let place = 0;
  return SAMPLES.map((sample) =>
    rewritten(sample, () => `${texts[place % texts.length] ?? ""}${place++}`),
  );
}

function forHostileReports(check: (document: ReportDocument, sample: number) => void): void {
  fc.assert(
    fc.property(fc.array(hostileText(), { minLength: 1, maxLength: 40 }), (texts) =>
      hostile(texts).forEach(check),
    ),
    { seed: SEED, numRuns: 40 },
  );
}

/** What a terminal obeys, or what turns the order of letters, and halves of pairs. */
const UNSAFE =
  // oxlint-disable-next-line no-control-regex -- these are what we look for
  /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\p{Cs}]/u;

describe(`a report of hostile data (SEED=${SEED})`, () => {
  it("is the same document again when its JSON is read", () =>
    forHostileReports((document) => {
      const text = rendered(document, "json");
      assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(document)));
    }));

  for (const format of ["json", "xml", "html", "md"] as const) {
    it(`can do nothing to a terminal that shows it as ${format}`, () =>
      forHostileReports((document) => {
        assert.doesNotMatch(rendered(document, format), UNSAFE);
      }));
  }

  it("has the headings, lists and tables of any other when its Markdown is read", () => {
    const expected = SAMPLES.map((sample) => {
      let place = 0;
      return blocks(
        lexer(
          rendered(
            rewritten(sample, () => `text${place++}`),
            "md",
          ),
        ),
      );
    });
    forHostileReports((document, sample) => {
      assert.deepEqual(blocks(lexer(rendered(document, "md"))), expected[sample]);
    });
  });

  it("has no link, picture or HTML in its Markdown", () =>
    forHostileReports((document) => {
      const kinds = inlineKinds(lexer(rendered(document, "md")));
      assert.ok(kinds.has("strong"), "the reader saw no inline markup, so it proved nothing");
      assert.deepEqual(
        [...kinds].filter((kind) => ["html", "link", "image", "del", "em"].includes(kind)),
        [],
      );
    }));
});

/** The shape of a text: its blocks with their depths and sizes, whatever stands in them. */
function blocks(tokens: readonly Token[]): readonly unknown[] {
  return tokens.flatMap((token): readonly unknown[] => {
    const { type } = token;
    if (type === "space") return [];
    if (type === "heading") return [[type, (token as Tokens.Heading).depth]];
    if (type === "table") {
      const { header, rows } = token as Tokens.Table;
      return [[type, header.length, rows.length]];
    }
    if (type === "list") {
      const { items } = token as Tokens.List;
      return [[type, items.map((item) => blocks(item.tokens))]];
    }
    return [type];
  });
}

function inlineKinds(tokens: readonly Token[], kinds = new Set<string>()): Set<string> {
  for (const token of tokens) {
    kinds.add(token.type);
    if (token.type === "list") inlineKinds((token as Tokens.List).items, kinds);
    if (token.type === "table") {
      const { header, rows } = token as Tokens.Table;
      for (const cell of [header, ...rows].flat()) inlineKinds(cell.tokens, kinds);
    }
    if ("tokens" in token && token.tokens !== undefined) inlineKinds(token.tokens, kinds);
  }
  return kinds;
}

describe("a report", () => {
  for (const format of ["json", "xml", "html", "md"] as const) {
    it(`of ten thousand findings comes as ${format} in pieces that are never large`, () => {
      let largest = 0;
      let [length, found] = [0, 0];
      for (const piece of renderReport(crowdedReport(10_000), format)) {
        largest = Math.max(largest, piece.length);
        length += piece.length;
        found += piece.match(/finding_[0-9a-f]{32}/g)?.length ?? 0;
      }
      assert.equal(found, 10_000);
      assert.ok(length > 1_000_000, `only ${length} characters`);
      assert.ok(largest < 1_000_000 && largest < length / 5, `a piece of ${largest} characters`);
    });
  }

  it("names its members in XML and JSON alike, and in the same order", () => {
    const document = restoredReport();
    const members = [...rendered(document, "xml").matchAll(/^ {2}<(\w+)/gm)].map(
      ([, name]) => name,
    );
    assert.deepEqual(members, Object.keys(document));
    assert.match(rendered(document, "xml"), /<report>\n[^]*<\/report>\n$/);
  });

  it("writes in XML what XML forbids as an escape, says so, and doubles backslashes only there", () => {
    const xml = rendered(
      report({ findings: [finding({ title: "C:\\\u001b", description: "C:\\plain" })] }),
      "xml",
    );
    assert.match(xml, /<title escaped="text">C:\\\\\\x1b<\/title>/);
    assert.match(xml, /<description>C:\\plain<\/description>/);
  });

  it("puts names from data into an attribute in XML, whatever they are", () => {
    const xml = rendered(report({ statistics: { "5 < 6": 1, plain: 2 } }), "xml");
    assert.match(
      xml,
      /<entry name="5 &lt; 6" type="number">1<\/entry>\n\s*<plain type="number">2</,
    );
  });
});
