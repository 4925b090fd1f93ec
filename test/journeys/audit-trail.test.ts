import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cpSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { after, before, test } from "node:test";

import type { AuditTrailDocument } from "../../src/app/types.ts";
import { canonicalJson, type JsonObject } from "../../src/core/json.ts";
import { openSite, type Site } from "./site.ts";

// Goal: whoever changes what was recorded is found, in the state and in an exported file.
// Method: one trail of real commands; each test changes one thing in a copy of the state.

const BROKEN = 4;
let site: Site;

before(async () => {
  site = await openSite({ stores: { shop: "shop.sqlite" } });
  new DatabaseSync(site.database("shop")).exec("CREATE TABLE t (a)");
  await site.expect(0, ["backup"]);
  await site.expect(0, ["verify"]);
  const prune = ["prune", "--keep-last", "1", "--yes", "--reason", "no room"];
  await site.expect(0, prune);
  cpSync(site.join(".salvor"), site.join("whole"), { recursive: true });
});

after(() => site[Symbol.asyncDispose]());

test("an export is whole by its hashes alone, and a later one begins with it", async () => {
  const first = await exported("first.ndjson");
  assert.equal(statSync(site.join("first.ndjson")).mode & 0o777, 0o600);
  const { records, head } = parsed(first);
  assert.equal(brokenAt(first), null);
  assert.deepEqual(
    records.map(({ action }) => action).filter((action) => action !== "init"),
    ["backup", "verify", "prune"],
  );
  assert.equal(records.at(-1)?.["reason"], "no room");
  assert.equal(head["hash"], records.at(-1)?.["hash"]);

  await site.expect(0, ["backup"]);
  const later = await exported("later.ndjson");
  assert.ok(later.startsWith(linesOf(first).slice(0, -1).join("\n")));
  assert.equal(brokenAt(later.replace("no room", "no reason")), 3);
  assert.equal(brokenAt(linesOf(later).toSpliced(1, 1).join("\n")), 2);
  assert.equal(brokenAt(linesOf(later).toSpliced(-2, 1).join("\n")), 4, "the end");
});

const REHASHED = `
  INSERT INTO trail SELECT sequence + 1, at, actor, action, subject, reason, detail, hash, hash, seal
  FROM trail ORDER BY sequence DESC LIMIT 1`;

for (const [what, sql, firstBroken] of [
  ["a reason was changed", "UPDATE trail SET reason = 'none' WHERE sequence = 3", 3],
  ["a record was taken out", "DELETE FROM trail WHERE sequence = 2", 2],
  ["the end was cut off", "DELETE FROM trail WHERE sequence = 3", 3],
  ["a record was put in at the end", REHASHED, 4],
  ["everything was deleted", "DELETE FROM trail; DELETE FROM trail_head", null],
] as const) {
  test(`it is found that ${what}`, async () => {
    tamper(sql);
    const { stdout } = await site.expect(BROKEN, ["audit-trail", "verify", "--json"]);
    const verdict = JSON.parse(stdout) as AuditTrailDocument;
    assert.equal(verdict.ok, false);
    if (firstBroken !== null) assert.equal(verdict.firstBroken, firstBroken);
    await site.expect(BROKEN, ["audit-trail", "export", "--output", "broken.ndjson"]);
  });
}

test("a trail whose key is gone is not sealed anew", async () => {
  tamper("SELECT 1");
  const keys = site.join("home", ".local", "state", "salvor");
  assert.equal(readdirSync(keys).filter((name) => name.endsWith(".key")).length, 1);
  rmSync(keys, { recursive: true });
  const { stderr } = await site.expect(BROKEN, ["audit-trail", "verify"]);
  assert.match(stderr, /key/);
});

/** The state as the commands left it, with one change behind Salvor's back. */
function tamper(sql: string): void {
  rmSync(site.join(".salvor"), { recursive: true });
  cpSync(site.join("whole"), site.join(".salvor"), { recursive: true });
  using database = new DatabaseSync(site.join(".salvor", "state.sqlite"));
  database.exec(sql);
}

async function exported(name: string): Promise<string> {
  const args = ["audit-trail", "export", "--output", name, "--json"];
  const document = (await site.expect(0, args)).json() as AuditTrailDocument;
  assert.equal(document.output, site.join(name));
  return readFileSync(site.join(name), "utf8");
}

function linesOf(text: string): readonly string[] {
  return text.trim().split("\n");
}

interface Parsed {
  readonly records: readonly JsonObject[];
  readonly head: JsonObject;
}

function parsed(text: string): Parsed {
  const lines = linesOf(text).map((line) => JSON.parse(line) as JsonObject);
  const { head } = lines.pop() ?? {};
  return { records: lines, head: head as JsonObject };
}

/** As an auditor does it, with the published rules and no key: the first record that does not fit. */
function brokenAt(text: string): number | null {
  const { records, head } = parsed(text);
  let previous = "0".repeat(64);
  for (const [
    at,
    { hash, seal: _seal, actor = null, detail = null, ...rest },
  ] of records.entries()) {
    const record = { ...rest, actor: canonicalJson(actor), detail: canonicalJson(detail) };
    const actual = createHash("sha256").update(canonicalJson(record)).digest("hex");
    if (actual !== hash || rest["previous"] !== previous) return at + 1;
    previous = actual;
  }
  return head["hash"] === previous ? null : records.length + 1;
}
