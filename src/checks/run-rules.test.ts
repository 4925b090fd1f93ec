import assert from "node:assert/strict";
import { after, describe, it } from "node:test";

import { changingDatabase } from "../../test/support/sqlite-image.ts";
import type { Observation } from "../core/finding.ts";
import type { Image, Query } from "../stores/types.ts";
import { maskObservation, maskRows } from "./mask.ts";
import { parseRules } from "./rule-file.ts";
import { runRules, type RuleResults } from "./run-rules.ts";

const signal = AbortSignal.timeout(60_000);

const database = await changingDatabase(`
  CREATE TABLE customer (id INTEGER PRIMARY KEY, email TEXT, name TEXT);
  INSERT INTO customer VALUES (1, 'ann@example.com', 'Ann'), (2, 'nowhere', 'Ben'), (3, NULL, 'Cy');
  WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 2009)
    INSERT INTO customer SELECT i, 'x', char(9731) || printf('%0300d', i) FROM n;
`);
after(() => database[Symbol.asyncDispose]());
const image = await database.capture();

interface Run {
  readonly sensitive?: readonly string[];
  readonly on?: Pick<Image, "query">;
}

function run(text: string, { sensitive = [], on = image }: Run = {}): Promise<RuleResults> {
  const { rules, problems } = parseRules([{ file: "/r/shop.sql", text }]);
  assert.deepEqual(problems, []);
  return runRules(on, rules, { sensitive }, signal);
}

async function only(text: string, how: Run = {}): Promise<Observation> {
  const { observations } = await run(text, how);
  const [first, ...others] = observations;
  assert.ok(first !== undefined);
  assert.equal(others.length, 0);
  return first;
}

describe("rules that are run", () => {
  it("find nothing where nothing breaks them", async () => {
    const text =
      "-- rule: named · high · A customer has no name\nSELECT id FROM customer WHERE name IS NULL";
    assert.deepEqual(await run(text), {
      observations: [],
      rules: [{ name: "named", breaches: 0, atLeast: false }],
      blind: [],
      complete: true,
    });
  });

  it("become a finding each when they are broken, with how often and where first", async () => {
    const results = await run(`
      -- rule: e/mail · critical · A customer cannot be reached
      SELECT id, name FROM customer WHERE id < 9 AND (email IS NULL OR email NOT LIKE '%@%')`);
    assert.deepEqual(results.rules, [{ name: "e/mail", breaches: 2, atLeast: false }]);
    assert.deepEqual(results.observations, [
      {
        code: "rule.broken",
        title: "A customer cannot be reached",
        description: 'rule "e/mail" is broken by 2 rows; first: id=2; id=3',
        severity: "critical",
        category: "rule",
        location: { file: "/r/shop.sql", pointer: "/e~1mail" },
        evidence: '{"id":2,"name":"Ben"}\n{"id":3,"name":"Cy"}',
        remedies: [],
      },
    ]);
  });

  it("count no further than a thousand, and show no more than evidence may hold", async () => {
    const { description, evidence } = await only(
      "-- rule: few · low · Too many\nSELECT name FROM customer WHERE id >= 10",
    );
    assert.match(description, /^rule "few" is broken by at least 1,000 rows; first: name=/);
    assert.ok(Buffer.byteLength(evidence) <= 256);
    assert.ok(evidence.isWellFormed() && evidence.endsWith("…"));
  });

  it("that are no rules are findings too, and the others are run all the same", async () => {
    const { observations, rules, blind, complete } = await run(`
      -- rule: changes · low · It would change
      WITH x AS (SELECT 1) DELETE FROM customer
      -- rule: misspelt · low · It is misspelt
      SELECT id FROM custmer
      -- rule: fine · low · It is fine
      SELECT 1 WHERE 0`);
    assert.deepEqual(
      observations.map(({ code, severity, category, location }) => [
        code,
        severity,
        category,
        location.pointer,
      ]),
      [
        ["rule.refused", "medium", "rule", "/changes"],
        ["rule.failed", "medium", "rule", "/misspelt"],
      ],
    );
    assert.match(observations[1]?.description ?? "", /"misspelt" in \/r\/shop\.sql:4 .*custmer/);
    assert.deepEqual(rules, [{ name: "fine", breaches: 0, atLeast: false }]);
    assert.deepEqual(
      blind.map(({ code, location }) => [code, location.pointer]),
      [
        ["rule.broken", "/changes"],
        ["rule.broken", "/misspelt"],
      ],
    );
    assert.equal(complete, false);
  });

  it("that do not end are stopped", async () => {
    const hasty = { query: (query: Query) => image.query({ ...query, timeoutMs: 300 }, signal) };
    const text = `-- rule: endless · low · It never ends
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n WHERE i < 0`;
    assert.equal((await only(text, { on: hasty })).code, "rule.stopped");
  });

  it("leave every other error to whoever asked", async () => {
    const over = AbortSignal.abort(new Error("enough"));
    const rule = parseRules([{ file: "r", text: "-- rule: a · low · b\nSELECT 1" }]).rules;
    await assert.rejects(runRules(image, rule, { sensitive: [] }, over), /enough/);
  });

  it("show no value of a sensitive column, however it is read", async () => {
    const secret = "nowhere";
    for (const query of [
      "SELECT * FROM customer WHERE id = 2",
      "SELECT email, id FROM customer WHERE id = 2",
      "SELECT id, lower(EMAIL) FROM customer WHERE id = 2",
      "SELECT id, email AS e FROM customer WHERE id = 2",
      "SELECT \"email\" || '' AS e FROM customer WHERE id = 2",
      "SELECT e FROM (SELECT id, email AS e FROM customer) WHERE id = 2",
      "WITH c(i, e) AS (SELECT id, email FROM customer) SELECT * FROM c WHERE i = 2",
    ]) {
      const text = `-- rule: a · low · b\n${query}`;
      const shown = JSON.stringify(await only(text));
      assert.ok(shown.includes(secret), `the test shows nothing: ${query}`);
      const masked = JSON.stringify(await only(text, { sensitive: ["customer.email"] }));
      assert.ok(!masked.includes(secret) && masked.includes("***"), masked);
    }
  });
});

describe("masking", () => {
  const answer = { columns: ["id", "mail", "note"], rows: [{ id: 7, mail: "a@b", note: null }] };

  it("leaves what is not sensitive", () => {
    const text = "SELECT id, mail, note FROM t WHERE secret = 1";
    assert.deepEqual(maskRows({ text, ...answer }, ["t.mail", "t.secret", "t.i"]), [
      { id: 7, mail: "***", note: null },
    ]);
  });

  it("masks all when a sensitive column is read under another name", () => {
    const text = "SELECT id, secret AS mail, note FROM t";
    assert.deepEqual(maskRows({ text, ...answer }, ["t.secret"]), [
      { id: "***", mail: "***", note: null },
    ]);
  });

  const seen: Observation = {
    code: "sqlite.reference.orphan",
    title: "A row refers to nothing",
    description: "1 row of customer refers to nothing",
    severity: "high",
    category: "reference",
    location: { table: "customer" },
    evidence: "id=7, email='ann@example.com'",
    remedies: [],
  };
  const sensitive = ["Customer.email", "customer.born"];
  const evidenceOf = (more: Partial<Observation>): string =>
    maskObservation({ ...seen, ...more }, sensitive).evidence;

  it("hides what a driver shows of a sensitive column", () => {
    assert.equal(evidenceOf({}), "***");
    assert.equal(
      evidenceOf({ evidence: "x", location: { table: "customer", column: "id, BORN" } }),
      "***",
    );
    assert.equal(evidenceOf({ evidence: "x", location: { table: "customer", index: "i" } }), "***");
    assert.equal(
      evidenceOf({ evidence: "('x') twice", description: "share values of customer(born)" }),
      "***",
    );
  });

  it("leaves what a driver shows of anything else", () => {
    assert.equal(evidenceOf({ location: { table: "invoice" } }), seen.evidence);
    assert.equal(evidenceOf({ location: {} }), seen.evidence);
    assert.equal(evidenceOf({ evidence: "id=7, emails=2" }), "id=7, emails=2");
    assert.equal(maskObservation(seen, []), seen);
  });
});
