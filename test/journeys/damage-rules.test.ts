import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";

import type { IntegrityDocument } from "../../src/app/look-documents.ts";
import { sha256Hex } from "../../src/core/hash.ts";
import { openSite, type Site } from "./site.ts";

// Goal: whatever stands in a rule, it changes nothing, it ends, and whoever wrote it is told its name.
// Method: the real command on rules that nobody should write.

/** Rules that no file may hold, and what is said of them. */
const UNREADABLE: readonly (readonly [sql: string, said: RegExp])[] = [
  ["ATTACH 'stolen.sqlite' AS x", /something else than a SELECT/],
  ["VACUUM INTO 'stolen.sqlite'", /something else than a SELECT/],
  ["DELETE FROM item", /something else than a SELECT/],
  ["PRAGMA writable_schema = ON", /something else than a SELECT/],
  ["SELECT 1; DELETE FROM item", /more than one statement/],
  ["SELECT ';' /* ; */ FROM item; ATTACH 'stolen.sqlite' AS x", /more than one statement/],
  ["", /no SELECT/],
];

/** Rules that look as if they only read, by name, and the finding that each must become. */
const HOSTILE: Readonly<Record<string, readonly [sql: string, code: string]>> = {
  deletes: ["WITH x AS (SELECT 1) DELETE FROM item", "rule.refused"],
  updates: ["WITH x AS (SELECT 1) UPDATE item SET name = 'x'", "rule.refused"],
  inserts: ["WITH x AS (SELECT 9) INSERT INTO item SELECT 9, 'x' FROM x", "rule.refused"],
  replaces: ["WITH x AS (SELECT 1) REPLACE INTO item VALUES (1, 'y')", "rule.refused"],
  extends: ["SELECT load_extension('stolen.sqlite')", "rule.refused"],
  attaches: ["WITH x AS (SELECT 1) ATTACH 'stolen.sqlite' AS y", "rule.failed"],
  unknown: ["SELECT writefile('stolen.sqlite', name) FROM item", "rule.failed"],
  nothing: ["SELECT * FROM nowhere", "rule.failed"],
  tall: [
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n",
    "rule.broken",
  ],
  wide: ["SELECT hex(zeroblob(20000000)) FROM item", "rule.broken"],
  greedy: [
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i, hex(zeroblob(100000)) AS x FROM n ORDER BY x",
    "rule.stopped",
  ],
};

test("a rule file that holds anything but single SELECTs is a finding, with its line", async () => {
  await using site = await shopWith("");
  await using salvor = await site.open();
  for (const [sql, said] of UNREADABLE) {
    const good = "-- rule: good · low · fine\nSELECT 1 WHERE 0;";
    writeFileSync(site.join("shop.sql"), `${good}\n-- rule: bad · high · no\n${sql};\n`);
    const { sound, findings } = await salvor.integrity();
    const found = findings.filter(({ code }) => code === "rules.unreadable");
    assert.deepEqual([sound, found.length], [false, 1]);
    assert.match(found[0]?.description ?? "", said);
    assert.match(found[0]?.description ?? "", /shop\.sql:3: gives rule "bad"/);
  }
});

test("rules that would write, run on for ever or answer without end are named and change nothing", async () => {
  const file = Object.entries(HOSTILE).map(
    ([name, [sql]]) => `-- rule: ${name} · low · no\n${sql};`,
  );
  await using site = await shopWith(file.join("\n"));
  const before = filesOf(site);
  const { stderr, json } = await site.expect(1, ["integrity", "--json"]);
  const { findings } = json() as IntegrityDocument;
  for (const [name, [, code]] of Object.entries(HOSTILE)) {
    const found = findings.filter(({ location }) => location.pointer === `/${name}`);
    assert.deepEqual(
      found.map((each) => each.code),
      [code],
      `${name}: ${found.map(({ description }) => description).join("\n")}${stderr}`,
    );
    assert.match(found[0]?.description ?? "", new RegExp(`rule "${name}"`));
    assert.ok((found[0]?.evidence.length ?? 0) <= 256);
  }
  assert.deepEqual(filesOf(site), before);
});

// Half a minute goes by until it is stopped; how queries are stopped is tried with shorter limits.
if (process.env["SOAK"] !== undefined)
  test("a rule that never ends is stopped, and named", async () => {
    const endless =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n WHERE i < 0";
    await using site = await shopWith(`-- rule: endless · low · no\n${endless};`);
    const { json } = await site.expect(1, ["integrity", "--json"]);
    const { findings } = json() as IntegrityDocument;
    assert.deepEqual(
      findings.map(({ code }) => code),
      ["rule.stopped"],
    );
    assert.match(findings[0]?.description ?? "", /rule "endless".*did not end within 30000 ms/);
  });

async function shopWith(rules: string): Promise<Site> {
  const store = "  shop: { driver: sqlite, path: ./data/shop.sqlite, rules: ./shop.sql }\n";
  const site = await openSite({ stores: {}, more: store });
  mkdirSync(site.join("data"), { mode: 0o700 });
  writeFileSync(site.join("shop.sql"), rules, { mode: 0o600 });
  const database = new DatabaseSync(site.join("data", "shop.sqlite"));
  database.exec(
    "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO item VALUES (1, 'a'), (2, 'b')",
  );
  database.close();
  return site;
}

/** Every file beside salvor.yaml and beside the database, with its digest. */
function filesOf(site: Site): readonly string[] {
  const data = readdirSync(site.join("data")).map(
    (name) => `${name} ${sha256Hex(readFileSync(site.join("data", name)))}`,
  );
  return [...data, ...readdirSync(site.path).filter((name) => name !== ".salvor")].toSorted();
}
