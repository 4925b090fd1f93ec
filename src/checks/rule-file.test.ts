import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";
import { SEED } from "../../test/support/seed.ts";
import { describeLine, parseRules } from "./rule-file.ts";

const rulesIn = (text: string) => parseRules([{ file: "r.sql", text }]);

function problemsIn(text: string): readonly string[] {
  return rulesIn(text).problems.map(describeLine);
}

describe("a rule file", () => {
  it("holds rules, each up to the next, without comments around and semicolons behind", () => {
    const { rules, problems } = rulesIn(`
-- Rules of the shop.

-- rule: no-negative · high · An invoice is below zero
SELECT id, total FROM invoice -- the key first
WHERE total < 0 ; -- refunds are elsewhere

-- Rule: has-owner - LOW - A row has no owner - or an old one
WITH old AS (SELECT ';' AS "a;b", [c;d] FROM t /* ; */)
SELECT * FROM old;
/* the end */
`);
    assert.deepEqual(problems, []);
    assert.deepEqual(rules, [
      {
        name: "no-negative",
        severity: "high",
        meaning: "An invoice is below zero",
        text: "SELECT id, total FROM invoice -- the key first\nWHERE total < 0",
        file: "r.sql",
        line: 4,
      },
      {
        name: "has-owner",
        severity: "low",
        meaning: "A row has no owner · or an old one",
        text: `WITH old AS (SELECT ';' AS "a;b", [c;d] FROM t /* ; */)\nSELECT * FROM old`,
        file: "r.sql",
        line: 8,
      },
    ]);
  });

  it("may come from an editor of another system", () => {
    const { rules, problems } = rulesIn("\uFEFF-- rule: a · info · b\r\nSELECT 1\r\n");
    assert.deepEqual(problems, []);
    assert.equal(rules[0]?.text, "SELECT 1");
  });

  const broken: readonly (readonly [name: string, text: string, problem: string])[] = [
    ["nothing", "", "r.sql:1: holds no rule: begin one with"],
    ["comments only", "-- later\n/* more\n */\n", "r.sql:1: holds no rule"],
    ["a query without a head", "\n-- hello\nSELECT 1;\n", "r.sql:3: has a query before the first"],
    ["an empty head", "-- rule:\nSELECT 1", "r.sql:1: names no rule"],
    ["no severity", "-- rule: a\nSELECT 1", 'r.sql:1: gives rule "a" no severity: one of critical'],
    ["a wrong severity", "-- rule: a · bad · b\nSELECT 1", 'r.sql:1: gives rule "a" no severity'],
    ["no meaning", "-- rule: a · low ·\nSELECT 1", 'r.sql:1: does not say what rule "a" means'],
    ["no query", "-- rule: a · low · b\n-- todo\n;", 'r.sql:1: gives rule "a" no SELECT'],
    [
      "two queries",
      "-- rule: a · low · b\nSELECT 1; SELECT 2",
      'r.sql:1: gives rule "a" more than one',
    ],
    ["a change", "-- rule: a · low · b\nDELETE FROM a", 'r.sql:1: gives rule "a" something else'],
    ["an open comment", "-- rule: a · low · b\n/* SELECT 1", 'r.sql:1: gives rule "a" no SELECT'],
  ];
  for (const [name, text, problem] of broken) {
    it(`says what is wrong with ${name}, and where`, () => {
      const [first = "no problem"] = problemsIn(text);
      assert.ok(first.startsWith(problem), first);
    });
  }

  it("cannot repeat a name, not even of another file", () => {
    const rule = "\n-- rule: a · low · b\nSELECT 1\n";
    const { rules, problems } = parseRules([
      { file: "one.sql", text: rule },
      { file: "two.sql", text: rule },
    ]);
    assert.equal(rules.length, 1);
    assert.deepEqual(problems.map(describeLine), [
      'two.sql:2: has a second rule "a": the first is in one.sql:2',
    ]);
  });

  it(`gives back every rule that was written, and never throws (SEED=${SEED})`, () => {
    const word = fc.stringMatching(/^[a-z]{1,9}( [a-z]{1,9})?$/);
    const query = fc.constantFrom(
      "SELECT 1",
      "select ';' from t",
      "WITH a AS (SELECT 1)\nSELECT 2",
    );
    const rule = fc.record({
      name: word,
      severity: fc.constantFrom("critical", "info"),
      meaning: word,
      query,
      end: fc.constantFrom("", ";", " ;\n-- end", "\n\n/* ; */"),
    });
    const rules = fc.uniqueArray(rule, {
      selector: ({ name }) => name,
      minLength: 1,
      maxLength: 6,
    });
    const written = (list: readonly { readonly [key: string]: string }[]) =>
      list
        .map(
          (r) =>
            `-- rule: ${r["name"]} · ${r["severity"]} · ${r["meaning"]}\n${r["query"]}${r["end"]}`,
        )
        .join("\n");
    fc.assert(
      fc.property(rules, (list) => {
        const parsed = rulesIn(written(list));
        assert.deepEqual(parsed.problems, []);
        assert.deepEqual(
          parsed.rules.map(({ name, severity, meaning, text }) => [name, severity, meaning, text]),
          list.map(({ name, severity, meaning, query }) => [name, severity, meaning, query]),
        );
      }),
      { seed: SEED },
    );
    const piece = fc.constantFrom(
      "-- rule: ",
      "a",
      " · ",
      " - ",
      "low",
      "\n",
      ";",
      "'",
      "/*",
      "*/",
      "SELECT 1",
      "[",
      '"',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const { rules: found, problems } = rulesIn(pieces.join(""));
        assert.ok(found.length + problems.length > 0);
      }),
      { seed: SEED, numRuns: 1_000 },
    );
  });
});
